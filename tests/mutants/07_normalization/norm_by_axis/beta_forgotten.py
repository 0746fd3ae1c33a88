"""Beta was left out: scaled by gamma, the values have to be shifted by beta.

loses: layer_norm_reduces_its_axes, batch_norm_keeps_its_axes
"""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [a for a in range(len(x.shape)) if a not in axis], epsilon)


def layer_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, axis, epsilon)
