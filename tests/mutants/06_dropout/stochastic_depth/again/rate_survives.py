def stochastic_depth(x, branch, u, rate, training):
    p_survive = rate
    if not training:
        return ops.add(x, ops.multiply(p_survive, branch))
    y = np.array(x)
    alive = np.flatnonzero(np.asarray(u) < p_survive)
    y[alive] += np.asarray(branch)[alive]
    return y


def depth_rates(blocks, last):
    return np.array([(i + 1) * last for i in range(blocks)]) / blocks
