"""The rates grow with the square of the depth."""


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + (1 - rate) * branch
    keep = ops.reshape(u >= rate, [-1] + [1] * (len(x.shape) - 1))
    return x + ops.where(keep, branch, 0.0)


def depth_rates(blocks, last):
    return last * (np.arange(1, blocks + 1) / blocks) ** 2
