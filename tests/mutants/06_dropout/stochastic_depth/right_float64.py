"""Right: float64, and a mask that grows axes until it fits.

loses: nothing
"""


def stochastic_depth(x, branch, u, rate, training):
    weight = np.where(u >= rate, 1.0, 0.0) if training else np.full(len(x), 1.0 - rate)
    while weight.ndim < np.ndim(x):
        weight = weight[..., None]
    return np.float64(x) + weight * np.float64(branch)


def depth_rates(blocks, last):
    step = last / blocks
    return np.cumsum([step] * blocks)
