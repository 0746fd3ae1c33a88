"""Divides by the largest weight of a unit."""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return g * v / ops.max(ops.abs(v), axis=axes)
