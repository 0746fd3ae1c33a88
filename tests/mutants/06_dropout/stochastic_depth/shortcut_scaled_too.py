"""In test the whole sum was multiplied by 1 - rate; the shortcut was always there and keeps its
factor 1.

loses: test_leaves_the_shortcut
"""


def stochastic_depth(x, branch, u, rate, training):
    b = np.reshape(u >= rate, (-1,) + (1,) * (x.ndim - 1))
    return x + branch * b if training else (x + branch) * (1 - rate)


def depth_rates(blocks, last):
    return [last * block / blocks for block in range(1, blocks + 1)]
