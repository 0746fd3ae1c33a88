"""Right: TensorFlow.

loses: nothing
"""


import tensorflow as tf


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    x_hat = (tf.convert_to_tensor(x) - moving_mean) * tf.math.rsqrt(moving_variance + epsilon)
    return x_hat * gamma + beta
