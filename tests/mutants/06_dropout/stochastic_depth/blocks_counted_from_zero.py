"""The blocks were counted from 0 in steps of last / blocks: the last block does not reach `last`.

loses: the_last_block_has_the_last_rate
"""


def stochastic_depth(x, branch, u, rate, training):
    b = ops.reshape(u >= rate, [-1] + [1] * (len(x.shape) - 1))
    return x + ops.where(b, branch, 0.0) if training else x + (1 - rate) * branch


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(blocks)]
