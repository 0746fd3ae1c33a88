"""Right: keras.ops.

loses: nothing
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = ops.multiply(gamma, ops.rsqrt(moving_variance + epsilon))
    return ops.multiply(kernel, scale), ops.multiply(bias - moving_mean, scale) + beta
