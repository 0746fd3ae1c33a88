"""Right: the scale is put on the mask.

loses: nothing
"""


def inverted_dropout(x, u, rate, training):
    mask = ops.where(u >= rate, 1 / (1 - rate), 0.0) if training else 1.0
    return x * mask
