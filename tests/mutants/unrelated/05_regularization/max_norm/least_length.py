"""Lengthens the neurons that are shorter than the bound."""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return w * ops.maximum(1.0, max_value / ops.maximum(lengths, 1e-12))
