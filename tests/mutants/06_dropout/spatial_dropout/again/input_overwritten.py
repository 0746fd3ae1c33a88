def spatial_dropout(x, u, rate):
    maps = np.moveaxis(x, -1, 1)  # (batch, c, h, w)
    maps[u < rate] = 0
    maps[u >= rate] /= 1 - rate
    return np.moveaxis(maps, 1, -1)
