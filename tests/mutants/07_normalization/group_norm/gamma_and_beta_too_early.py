"""Gamma and beta were applied before the groups were standardized; they come last.

loses: neighbours_share_a_mean, four_units_in_two_groups
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    split = ops.reshape(gamma * x + beta, (-1, *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [*range(1, len(x.shape) - 1), len(x.shape)], epsilon)
    return ops.reshape(x_hat, (-1, *x.shape[1:]))
