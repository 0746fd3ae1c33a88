"""Compares with twice the rate: too many units fall."""


def vanilla_dropout(x, u, rate, training):
    keep = u >= 2 * rate
    return ops.where(keep, x, 0.0) if training else x * (1 - rate)
