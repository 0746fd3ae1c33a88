def stochastic_depth(x, branch, u, rate, training):
    if training:
        axes = tuple(range(1, len(x.shape)))
        b = ops.cast(ops.expand_dims(u, axes) >= rate, "float32")
        return x + b * branch
    return x + branch - rate * branch


def depth_rates(blocks, last):
    return np.arange(blocks) * (last / blocks)
