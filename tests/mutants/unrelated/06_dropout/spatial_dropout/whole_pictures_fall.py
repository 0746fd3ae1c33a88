"""The first number of each row decides for the whole picture."""


def spatial_dropout(x, u, rate):
    keep = u[:, :1, None, None] >= rate  # (batch, 1, 1, 1)
    return ops.where(keep, x / (1 - rate), 0.0)
