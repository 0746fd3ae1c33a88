"""layer_norm keeps its axes, as batch norm does; for layer norm `axis` is what is reduced.

loses: layer_norm_reduces_its_axes
"""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [a for a in range(len(x.shape)) if a not in axis], epsilon) + along(beta, x, axis)


def layer_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [a for a in range(len(x.shape)) if a not in axis], epsilon) + along(beta, x, axis)
