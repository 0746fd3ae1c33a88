def vanilla_dropout(x, u, rate, training):
    y = np.array(x, copy=True)
    if training:
        np.putmask(y, u < rate, 0)
    return y
