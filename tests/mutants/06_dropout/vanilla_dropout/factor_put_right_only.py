"""The test factor is right, but the mask still keeps the units that should fall.

loses: the_right_units_survive
"""


def vanilla_dropout(x, u, rate, training):
    keep = u < rate
    if training:
        return ops.where(keep, x, 0.0)
    return x * (1 - rate)
