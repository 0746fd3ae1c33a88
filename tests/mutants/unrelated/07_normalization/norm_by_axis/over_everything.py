"""One mean over all axes, in both."""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    rest = [a for a in range(len(x.shape)) if a not in axis]
    every = rest + axis
    return along(gamma, x, axis) * standardize(x, every, epsilon) + along(beta, x, axis)


def layer_norm(x, gamma, beta, axis, epsilon):
    every = list(range(len(x.shape)))
    return along(gamma, x, axis) * standardize(x, every, epsilon) + along(beta, x, axis)
