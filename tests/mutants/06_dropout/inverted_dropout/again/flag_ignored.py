def inverted_dropout(x, u, rate, training):
    out = np.array(x, dtype="float64")
    out[np.asarray(u) < rate] = 0
    out /= 1 - rate
    if training:
        return out
    else:
        return out
