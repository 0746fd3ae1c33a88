def drop_connect(x, kernel, bias, u, rate):
    W = inverted_dropout(kernel, u, rate, True)
    return np.einsum("ni,io->no", x, np.array(W))
