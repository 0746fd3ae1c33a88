"""`groups` was taken for the number of channels in a group; it is the number of groups.

loses: neighbours_share_a_mean, a_group_a_channel_is_instance_norm
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    split = ops.reshape(x, (-1, *x.shape[1:-1], c // groups, groups))
    x_hat = standardize(split, [*range(1, len(x.shape) - 1), len(x.shape)], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
