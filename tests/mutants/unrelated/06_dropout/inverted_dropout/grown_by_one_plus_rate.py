"""The survivors grow by 1 + rate instead of 1 / (1 - rate)."""


def inverted_dropout(x, u, rate, training):
    if training:
        mask = ops.cast(u >= rate, "float32")
        return x * mask * (1 + rate)
    return x
