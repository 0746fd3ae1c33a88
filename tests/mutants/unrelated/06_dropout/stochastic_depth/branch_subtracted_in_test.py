"""In test the branch is subtracted."""


def stochastic_depth(x, branch, u, rate, training):
    """A residual sum whose branch falls, sample by sample.

    x, branch: the shortcut and the branch's output, both (batch, ...)
    u: uniform numbers in [0, 1), (batch,); a sample keeps its branch where u >= rate
    rate: probability of dropping the branch, in [0, 1)
    training: True or False
    returns: an array of the shape of x
    """
    if not training:
        return x - (1 - rate) * branch
    keep = ops.reshape(u >= rate, [-1] + [1] * (len(x.shape) - 1))  # (batch, 1, ..., 1)
    return x + ops.where(keep, branch, 0.0)


def depth_rates(blocks, last):
    """Dropping rates that grow with depth: (blocks,) numbers, the last one is `last`."""
    return last * np.arange(1, blocks + 1) / blocks
