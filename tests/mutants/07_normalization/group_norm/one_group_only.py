"""`groups` was not used: all channels share one mean, as in layer norm.

loses: neighbours_share_a_mean, a_group_a_channel_is_instance_norm
"""


def group_norm(x, gamma, beta, groups, epsilon):
    x_hat = standardize(x, list(range(1, len(x.shape))), epsilon)
    return gamma * x_hat + beta
