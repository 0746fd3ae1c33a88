"""The mask keeps the right share of the units, but the wrong ones: here a unit survives where u >=
rate.

loses: the_right_units_survive
"""


def vanilla_dropout(x, u, rate, training):
    keep = u < 1 - rate
    if training:
        return ops.where(keep, x, 0.0)
    return x * (1 - rate)
