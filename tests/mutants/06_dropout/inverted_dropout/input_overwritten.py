"""The scale and the mask were written into the input itself: whoever needs it later finds it
damaged.

loses: input_stays_as_it_was
"""


def inverted_dropout(x, u, rate, training):
    if training:
        x /= 1 - rate
        x *= u >= rate
    return x
