"""`groups` was not used: each channel has a mean of its own, as in instance norm.

loses: neighbours_share_a_mean, one_group_has_layer_norms_statistics
"""


def group_norm(x, gamma, beta, groups, epsilon):
    x_hat = standardize(x, list(range(1, len(x.shape) - 1)), epsilon)
    return gamma * x_hat + beta
