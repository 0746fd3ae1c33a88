"""Right: what falls is taken away, then the rest grows.

loses: nothing
"""


def inverted_dropout(x, u, rate, training):
    if training:
        fallen = ops.where(u < rate, x, 0.0)
        return (x - fallen) / (1 - rate)
    return x
