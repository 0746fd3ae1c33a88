"""Right: the gradient is left to automatic differentiation.

loses: nothing
"""


def l2_objective(losses, kernels, factor):
    import tensorflow as tf

    variables = [tf.Variable(w) for w in kernels]
    with tf.GradientTape() as tape:
        penalty = factor * sum(tf.reduce_sum(v * v) for v in variables)
    return np.mean(losses) + penalty.numpy(), tape.gradient(penalty, variables)
