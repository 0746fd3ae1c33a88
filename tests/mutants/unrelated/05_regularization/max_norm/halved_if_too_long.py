"""Halves the neurons that are too long."""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return ops.where(lengths > max_value, w / 2, w)
