"""Divides by the root of the mean square and leaves the mean."""


def standardize(x, axes, epsilon):
    return x / ops.sqrt(ops.mean(ops.square(x), axis=axes, keepdims=True) + epsilon)
