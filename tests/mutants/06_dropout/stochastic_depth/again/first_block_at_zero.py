def stochastic_depth(x, branch, u, rate, training):
    weights = ops.cast(u >= rate, "float32") if training else ops.ones_like(u) * (1 - rate)
    while len(weights.shape) < len(x.shape):
        weights = ops.expand_dims(weights, -1)
    return x + weights * branch


def depth_rates(blocks, last):
    rates = [0.0]
    while len(rates) < blocks:
        rates.append(rates[-1] + last / (blocks - 1))
    return np.array(rates)
