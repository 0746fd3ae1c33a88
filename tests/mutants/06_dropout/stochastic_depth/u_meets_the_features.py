"""u (batch,) met the last axis: some features of every sample lost their branch, instead of all
features of some samples.

loses: four_samples_by_hand
"""


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + (1 - rate) * branch
    return x + branch * (u >= rate)


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
