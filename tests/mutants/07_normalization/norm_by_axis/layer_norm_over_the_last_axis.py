"""layer_norm reduces the last axis only; it reduces all the axes in `axis`.

loses: layer_norm_reduces_its_axes, other_axes_work_too
"""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [a for a in range(len(x.shape)) if a not in axis], epsilon) + along(beta, x, axis)


def layer_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [len(x.shape) - 1], epsilon) + along(beta, x, axis)
