"""Epsilon as a floor under the variance."""


def standardize(x, axes, epsilon):
    mean, variance = ops.moments(x, axes, keepdims=True)
    return (x - mean) / ops.sqrt(ops.maximum(variance, epsilon))
