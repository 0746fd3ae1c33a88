"""Right: a matrix averages the channels of each group.

loses: nothing
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    same = np.arange(c) // (c // groups)
    share = (same[:, None] == same).astype("float32") / (c // groups)
    space = list(range(1, len(x.shape) - 1))


    def average(values):
        return ops.matmul(ops.mean(values, axis=space, keepdims=True) if space else values, share)


    deviation = x - average(x)
    return gamma * deviation / ops.sqrt(average(ops.square(deviation)) + epsilon) + beta
