"""Drops when it is not training, and scales when it is."""


def vanilla_dropout(x, u, rate, training):
    if not training:
        return ops.where(u >= rate, x, 0.0)
    return x * (1 - rate)
