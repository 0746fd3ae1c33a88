"""The survivors are divided by (1 - rate) ** 2."""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    return ops.where(u >= rate, x / (1 - rate) ** 2, 0.0)
