"""The reshape cut the rows of pixels into groups, as it would for channels that come first; here
they come last.

loses: neighbours_share_a_mean, a_group_a_channel_is_instance_norm
"""


def group_norm(x, gamma, beta, groups, epsilon):
    split = ops.reshape(x, (-1, groups, int(np.prod(x.shape[1:])) // groups))
    x_hat = standardize(split, [2], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
