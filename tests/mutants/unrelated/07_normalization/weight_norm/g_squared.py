"""Gives each unit the length g squared."""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return ops.square(g) * v / ops.sqrt(ops.sum(ops.square(v), axis=axes))
