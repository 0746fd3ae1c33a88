"""Epsilon was not used: a channel whose values are all equal becomes NaN.

loses: epsilon_is_under_the_root, constant_channels_give_zero
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(x - mean), axis=axes, keepdims=True)
    return (x - mean) / ops.sqrt(variance)
