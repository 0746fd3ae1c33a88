"""These are the probabilities of surviving; the rates of dropping are wanted.

loses: rates_grow_in_equal_steps
"""


def stochastic_depth(x, branch, u, rate, training):
    b = ops.reshape(u >= rate, [-1] + [1] * (len(x.shape) - 1))
    return x + ops.where(b, branch, 0.0) if training else x + (1 - rate) * branch


def depth_rates(blocks, last):
    return [1 - last * block / blocks for block in range(1, blocks + 1)]
