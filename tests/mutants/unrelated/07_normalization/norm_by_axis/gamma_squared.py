"""Scales twice in layer_norm."""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    rest = [a for a in range(len(x.shape)) if a not in axis]
    return along(gamma, x, axis) * standardize(x, rest, epsilon) + along(beta, x, axis)


def layer_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) ** 2 * standardize(x, axis, epsilon) + along(beta, x, axis)
