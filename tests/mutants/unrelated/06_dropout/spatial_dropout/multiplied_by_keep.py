"""The maps that survive are multiplied by 1 - rate."""


def spatial_dropout(x, u, rate):
    mask = (u >= rate)[:, None, None, :]
    return x * mask * (1 - rate)
