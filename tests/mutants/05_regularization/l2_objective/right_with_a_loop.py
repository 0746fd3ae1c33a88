"""Right: everything in one loop, with TensorFlow.

loses: nothing
"""


def l2_objective(losses, kernels, factor):
    import tensorflow as tf

    objective, gradients = tf.reduce_mean(losses), []
    for w in kernels:
        objective += factor * tf.reduce_sum(tf.square(w))
        gradients.append(2.0 * factor * tf.convert_to_tensor(w))
    return objective, gradients
