"""`rate` was taken for the probability of surviving, as the slide counts.

loses: branches_fall_per_sample, test_weighs_the_branch
"""


def stochastic_depth(x, branch, u, rate, training):
    b = np.reshape(u < rate, (-1,) + (1,) * (x.ndim - 1))
    return x + branch * b if training else x + rate * branch


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
