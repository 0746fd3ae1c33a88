def vanilla_dropout(x, u, rate, training):
    p_keep = 1 - rate
    M = np.ones(np.shape(x))
    if training:
        M[u < rate] = 0
    expected = rate * 0 + p_keep * np.asarray(x)
    return expected * M
