def spatial_dropout(x, u, rate):
    y = np.copy(x)
    for sample, channel in np.argwhere(u < rate):
        y[sample, :, :, channel] = 0
    return y
