"""The moments were taken over the batch as well; each sample has its own.

loses: neighbours_share_a_mean
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [0, *range(1, len(x.shape) - 1), len(x.shape)], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
