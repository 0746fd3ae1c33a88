"""The groups are interleaved: channels far apart share a mean; a group is made of neighbouring
channels.

loses: neighbours_share_a_mean, four_units_in_two_groups
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    split = ops.reshape(x, (-1, *x.shape[1:-1], c // groups, groups))
    x_hat = standardize(split, [*range(1, len(x.shape))], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
