"""A g below zero is taken for 0."""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return v * (ops.relu(g) / ops.sqrt(ops.sum(ops.square(v), axis=axes)))
