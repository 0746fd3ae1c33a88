def inverted_dropout(x, u, rate, training):
    p = rate
    if training:
        mask = np.asarray(u < p, dtype="float32") / p
        return np.asarray(x) * mask
    return np.asarray(x)
