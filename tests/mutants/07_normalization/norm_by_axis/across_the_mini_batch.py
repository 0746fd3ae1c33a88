"""layer_norm takes its moments across the mini-batch, as Sapienza's words have it; the formula on
that slide sums over the features of one sample.

loses: layer_norm_reduces_its_axes, a_single_sample
"""


def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [a for a in range(len(x.shape)) if a not in axis], epsilon) + along(beta, x, axis)


def layer_norm(x, gamma, beta, axis, epsilon):
    return along(gamma, x, axis) * standardize(x, [0], epsilon) + along(beta, x, axis)
