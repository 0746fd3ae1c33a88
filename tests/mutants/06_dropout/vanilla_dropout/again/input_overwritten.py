def vanilla_dropout(x, u, rate, training):
    if not training:
        return np.asarray(x) * (1 - rate)
    mask = (u >= rate).astype(x.dtype)
    np.multiply(x, mask, out=x)
    return x
