def stochastic_depth(x, branch, u, rate, training):
    if training:
        dropped = ops.less(u, rate)
        return ops.where(dropped, x, ops.add(x, branch))
    return ops.add(x, branch) - ops.multiply(rate, branch)


def depth_rates(blocks, last):
    return last / blocks * np.arange(1, blocks + 1)
