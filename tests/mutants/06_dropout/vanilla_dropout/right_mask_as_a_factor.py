"""Right: the mask as a matrix of ones and zeros, as the slide writes it.

loses: nothing
"""


def vanilla_dropout(x, u, rate, training):
    M = np.asarray(u >= rate, dtype="float64")
    return x * M if training else x * (1.0 - rate)
