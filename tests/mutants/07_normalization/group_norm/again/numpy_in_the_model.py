def standardize(x, axes, epsilon):
    mean = np.mean(x, axis=tuple(axes), keepdims=True)
    return (x - mean) / np.sqrt(np.var(x, axis=tuple(axes), keepdims=True) + epsilon)


def group_norm(x, gamma, beta, groups, epsilon):
    c, rank = x.shape[-1], len(x.shape)
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [*range(1, rank - 1), rank], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
