def vanilla_dropout(x, u, rate, training):
    factor = (u >= rate) * 1.0 if training else np.full(np.shape(x), rate)
    return np.asarray(x) * factor
