"""A softmax over all weights of a unit."""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    powers = ops.exp(v)
    return g * powers / ops.sum(powers, axis=axes)
