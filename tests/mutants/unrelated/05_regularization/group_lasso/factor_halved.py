"""Halves the factor."""


def group_lasso(w, factor):
    return factor / 2 * ops.sum(ops.sqrt(ops.sum(ops.square(w), axis=0) + 1e-12))
