def group_norm(x, gamma, beta, groups, epsilon):
    y = ops.reshape(x, [*x.shape[:-1], groups, -1])
    over = (*range(1, len(y.shape) - 2), len(y.shape) - 1)
    mean, variance = ops.moments(y, over, keepdims=True)
    y = ops.reshape((y - mean) * ops.rsqrt(variance + epsilon), x.shape)
    return gamma * y + beta
