def inverted_dropout(x, u, rate, training):
    if training:
        M = np.zeros(np.shape(x))
        M[np.asarray(u) >= rate] = 1
        x = np.asarray(x) * M / rate
    return x
