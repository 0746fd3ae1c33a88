"""Divides by the mean distance from the mean."""


def standardize(x, axes, epsilon):
    deviation = x - ops.mean(x, axis=axes, keepdims=True)
    return deviation / (ops.mean(ops.abs(deviation), axis=axes, keepdims=True) + epsilon)
