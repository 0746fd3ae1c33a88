"""A sample that keeps its branch loses its shortcut: one or the other."""


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return rate * x + (1 - rate) * branch
    keep = ops.reshape(u >= rate, [-1] + [1] * (len(x.shape) - 1))
    return ops.where(keep, branch, x)


def depth_rates(blocks, last):
    return last * np.arange(1, blocks + 1) / blocks
