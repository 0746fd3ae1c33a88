"""The mask was put on the whole sum: with its shortcut gone, a sample is lost for all blocks
above.

loses: a_lost_branch_leaves_the_shortcut
"""


def stochastic_depth(x, branch, u, rate, training):
    b = np.reshape(u >= rate, (-1,) + (1,) * (x.ndim - 1))
    return (x + branch) * b if training else x + (1 - rate) * branch


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
