"""Each unit of the branch has its own mask: that is dropout. Here a sample keeps or loses its
whole branch.

loses: branches_fall_per_sample, four_samples_by_hand
"""


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + (1 - rate) * branch
    u = np.random.default_rng(0).uniform(size=x.shape)
    return x + ops.where(u >= rate, branch, 0.0)


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
