"""Penalizes the longest neuron alone."""


def group_lasso(w, factor):
    return factor * ops.max(ops.sqrt(ops.sum(ops.square(w), axis=0) + 1e-12))
