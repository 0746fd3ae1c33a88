"""Gives each unit the length 1 / g."""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return v / (g * ops.sqrt(ops.sum(ops.square(v), axis=axes)))
