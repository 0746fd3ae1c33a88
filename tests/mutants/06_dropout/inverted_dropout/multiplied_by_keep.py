"""The survivors were multiplied by 1 - rate: they shrink where they should grow.

loses: survivors_are_scaled, no_survivor_shrinks
"""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    return ops.where(u >= rate, x * (1 - rate), 0.0)
