"""The variance was taken as the mean of x squared; the mean of x has to be subtracted before
squaring.

loses: axes_are_reduced
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(x), axis=axes, keepdims=True)
    return (x - mean) / ops.sqrt(variance + epsilon)
