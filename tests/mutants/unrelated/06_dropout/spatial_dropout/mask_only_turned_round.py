"""Keeps the maps with u < rate, but scales by 1 / (1 - rate)."""


def spatial_dropout(x, u, rate):
    keep = np.expand_dims(u < rate, (1, 2))
    return x * keep / (1 - rate)
