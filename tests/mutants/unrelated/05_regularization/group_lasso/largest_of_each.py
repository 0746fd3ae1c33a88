"""Takes the largest weight of each neuron for its length."""


def group_lasso(w, factor):
    return factor * ops.sum(ops.max(ops.abs(w), axis=0))
