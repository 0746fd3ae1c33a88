"""Brings the values into [0, 1] by their range."""


def standardize(x, axes, epsilon):
    low = ops.min(x, axis=axes, keepdims=True)
    high = ops.max(x, axis=axes, keepdims=True)
    return (x - low) / (high - low + epsilon)
