"""Two mistakes at once: the mask is turned round, and test has no factor."""


def vanilla_dropout(x, u, rate, training):
    if not training:
        return x
    return x * np.less(u, rate)
