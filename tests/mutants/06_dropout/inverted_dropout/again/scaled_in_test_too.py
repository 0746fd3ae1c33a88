def inverted_dropout(x, u, rate, training):
    keep_probability = 1 - rate
    if training:
        weights = (np.asarray(u) >= rate) / keep_probability
    else:
        weights = keep_probability
    return np.multiply(x, weights)
