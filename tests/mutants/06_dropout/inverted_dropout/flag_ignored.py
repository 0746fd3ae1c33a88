"""The flag `training` was not looked at: units are dropped in test too.

loses: test_drops_nothing
"""


def inverted_dropout(x, u, rate, training):
    return ops.where(u >= rate, x / (1 - rate), 0.0)
