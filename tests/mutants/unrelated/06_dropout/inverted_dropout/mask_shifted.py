"""A unit survives where u > rate + 0.1: the threshold is shifted."""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    return np.where(u > rate + 0.1, x / (1 - rate), 0.0)
