"""Each pixel was standardized by itself; the moments run over height and width too.

loses: neighbours_share_a_mean, a_group_a_channel_is_instance_norm
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [len(x.shape)], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
