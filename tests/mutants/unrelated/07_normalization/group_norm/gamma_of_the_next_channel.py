"""Channel k is scaled by gamma of channel k + 1."""


def group_norm(x, gamma, beta, groups, epsilon):
    c, rank = x.shape[-1], len(x.shape)
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [*range(1, rank - 1), rank], epsilon)
    return ops.roll(gamma, 1) * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
