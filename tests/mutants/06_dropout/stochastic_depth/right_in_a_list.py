"""Right: sample by sample, and the rates from linspace without its first point.

loses: nothing
"""


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + (1 - rate) * branch
    return np.stack([a + f if n >= rate else a for a, f, n in zip(x, branch, u)])


def depth_rates(blocks, last):
    return np.linspace(0, last, blocks + 1)[1:]
