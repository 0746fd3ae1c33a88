def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + branch * (1 - rate)
    kept = inverted_dropout(ops.ones_like(u), u, rate, training)
    return x + ops.transpose(ops.transpose(branch) * kept)


def depth_rates(blocks, last):
    return np.cumsum(np.ones(blocks)) * last / blocks
