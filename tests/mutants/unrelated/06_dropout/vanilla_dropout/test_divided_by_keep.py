"""The mask is right; in test the output is divided by 1 - rate."""


def vanilla_dropout(x, u, rate, training):
    if training:
        return x * (u >= rate)
    return x / (1 - rate)
