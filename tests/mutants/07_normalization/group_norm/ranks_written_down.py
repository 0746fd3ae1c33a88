"""The axes are written down for inputs of two, three and four axes; read their number from x.

loses: one_group_has_layer_norms_statistics
"""


def group_norm(x, gamma, beta, groups, epsilon):
    axes = {2: [2], 3: [1, 3]}.get(len(x.shape), [1, 2, 4])
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, x.shape[-1] // groups))
    x_hat = standardize(split, axes, epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
