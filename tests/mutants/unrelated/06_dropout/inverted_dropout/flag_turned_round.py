"""Drops and scales when it is not training, and does nothing when it is."""


def inverted_dropout(x, u, rate, training):
    if training:
        return x
    return ops.where(u >= rate, x / (1 - rate), 0.0)
