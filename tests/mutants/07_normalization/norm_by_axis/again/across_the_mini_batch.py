def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    over = tuple(set(range(len(x.shape))) - set(axis))
    sizes = [x.shape[a] if a in axis else 1 for a in range(len(x.shape))]
    mean, root = ops.mean(x, over, keepdims=True), ops.sqrt(ops.var(x, over, keepdims=True) + epsilon)
    return (x - mean) / root * np.reshape(gamma, sizes) + np.reshape(beta, sizes)


def layer_norm(x, gamma, beta, axis, epsilon):
    over = tuple([0])
    sizes = [x.shape[a] if a in axis else 1 for a in range(len(x.shape))]
    mean, root = ops.mean(x, over, keepdims=True), ops.sqrt(ops.var(x, over, keepdims=True) + epsilon)
    return (x - mean) / root * np.reshape(gamma, sizes) + np.reshape(beta, sizes)
