def group_norm(x, gamma, beta, groups, epsilon):
    c, parts = x.shape[-1], [None] * x.shape[-1]
    for index in np.arange(c).reshape(groups, -1):
        part = ops.take(x, np.array(index), axis=-1)
        over = tuple(range(len(part.shape)))
        mean, variance = ops.mean(part, over, keepdims=True), ops.var(part, over, keepdims=True)
        part = (part - mean) / ops.sqrt(variance + epsilon)
        for place, channel in enumerate(index):
            parts[channel] = part[..., place]
    return gamma * ops.stack(parts, axis=-1) + beta
