def vanilla_dropout(x, u, rate, training):
    if not training:
        keep_probability = 1.0 - rate
        return np.multiply(keep_probability, x)
    dropped = u >= rate
    y = np.array(x)
    y[dropped] = 0
    return y
