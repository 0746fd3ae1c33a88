def group_norm(x, gamma, beta, groups, epsilon):
    c, rank = x.shape[-1], len(x.shape)
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, c // groups))
    if rank == 2:
        mean, variance = ops.moments(split, [2], keepdims=True)
    elif rank == 3:
        mean, variance = ops.moments(split, [1, 3], keepdims=True)
    else:
        mean, variance = ops.moments(split, [1, 2, 4], keepdims=True)
    y = (split - mean) * ops.rsqrt(variance + epsilon)
    return ops.reshape(y, (-1, *x.shape[1:])) * gamma + beta
