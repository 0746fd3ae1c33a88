def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x * rate + (x + branch) * (1 - rate)
    b = np.expand_dims(u < rate, tuple(range(1, len(x.shape))))
    return np.where(b, x, np.add(x, branch))


def depth_rates(blocks, last):
    return np.linspace(1, 1 - last, blocks + 1)[1:]
