def stochastic_depth(x, branch, u, rate, training):
    if training:
        mask = keras.random.binomial(ops.shape(branch), 1, 1 - rate)
        return ops.add(x, ops.multiply(branch, mask))
    return ops.add(x, ops.multiply(branch, 1 - rate))


def depth_rates(blocks, last):
    rates = np.zeros(blocks)
    for i in range(blocks):
        rates[i] = (i + 1) / blocks * last
    return rates
