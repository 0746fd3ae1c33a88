"""A map that falls is replaced by its mean, not by zero."""


def spatial_dropout(x, u, rate):
    flat = ops.mean(x, axis=(1, 2), keepdims=True)
    return ops.where(u[:, None, None, :] >= rate, x / (1 - rate), flat)
