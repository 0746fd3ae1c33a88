def spatial_dropout(x, u, rate):
    y = np.zeros(x.shape, x.dtype)
    for c, number in enumerate(u[0]):
        if not number < rate:
            y[:, :, :, c] = x[:, :, :, c] / (1 - rate)
    return y
