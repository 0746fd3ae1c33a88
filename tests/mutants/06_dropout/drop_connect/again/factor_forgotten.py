def drop_connect(x, kernel, bias, u, rate):
    W = np.array(kernel)
    W[np.nonzero(u < rate)] = 0
    out = np.tile(np.asarray(bias, "float64"), (len(x), 1))
    for i in range(W.shape[0]):
        out += np.outer(x[:, i], W[i])
    return out
