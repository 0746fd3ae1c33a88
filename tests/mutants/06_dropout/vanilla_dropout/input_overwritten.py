"""The zeros were written into the input itself: whoever needs it later finds it damaged.

loses: input_is_left_alone
"""


def vanilla_dropout(x, u, rate, training):
    if training:
        x[u < rate] = 0.0
        return x
    return (1 - rate) * x
