def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    z = x * np.asarray(along(gamma, x, axis)) + np.asarray(along(beta, x, axis))
    over = tuple(set(range(len(x.shape))) - set(axis))
    return (z - z.mean(over, keepdims=True)) / np.sqrt(z.var(over, keepdims=True) + epsilon)


def layer_norm(x, gamma, beta, axis, epsilon):
    z = x * np.asarray(along(gamma, x, axis)) + np.asarray(along(beta, x, axis))
    over = tuple(axis)
    return (z - z.mean(over, keepdims=True)) / np.sqrt(z.var(over, keepdims=True) + epsilon)
