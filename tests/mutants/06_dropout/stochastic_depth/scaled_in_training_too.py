"""The branch was divided by 1 - rate in training and shrunk in test as well: choose one of the
two. This exercise shrinks in test.

loses: a_kept_branch_is_whole
"""


def stochastic_depth(x, branch, u, rate, training):
    b = np.reshape(u >= rate, (-1,) + (1,) * (x.ndim - 1))
    return x + branch * b / (1 - rate) if training else x + (1 - rate) * branch


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
