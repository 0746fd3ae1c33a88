"""batch_norm takes its moments over the batch alone; height and width are reduced too, unless they
are in `axis`.

loses: batch_norm_keeps_its_axes
"""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [0], epsilon) + along(beta, x, axis)


def layer_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, axis, epsilon) + along(beta, x, axis)
