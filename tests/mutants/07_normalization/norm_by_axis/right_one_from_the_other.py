"""Right: one function for both, which differ in the axes only.

loses: nothing
"""


def normalized(x, gamma, beta, axis, reduced, epsilon):
    shape = [1] * len(x.shape)
    for a in axis:
        shape[a] = x.shape[a]
    return ops.reshape(gamma, shape) * standardize(x, reduced, epsilon) + ops.reshape(beta, shape)


def batch_norm(x, gamma, beta, axis, epsilon):
    rest = sorted(set(range(len(x.shape))) - set(axis))
    return normalized(x, gamma, beta, axis, rest, epsilon)


def layer_norm(x, gamma, beta, axis, epsilon):
    return normalized(x, gamma, beta, axis, axis, epsilon)
