"""One draw decided for the whole batch; each sample has its own number in u.

loses: branches_fall_per_sample, four_samples_by_hand
"""


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + (1 - rate) * branch
    return x + branch if u[0] >= rate else x


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
