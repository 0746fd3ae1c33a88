def stochastic_depth(x, branch, u, rate, training):
    survival = 1 - rate
    b = ops.cast(ops.ravel(u)[0] >= rate, "float32") if training else survival
    return ops.add(x, ops.multiply(b, branch))


def depth_rates(blocks, last):
    return np.linspace(last / blocks, last, num=blocks)
