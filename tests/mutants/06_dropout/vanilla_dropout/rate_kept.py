"""`rate` was taken for the probability of keeping: at rate 0.2 only a fifth of the units survives.

loses: the_right_units_survive, test_gives_the_expected_value
"""


def vanilla_dropout(x, u, rate, training):
    keep = u < rate
    if training:
        return ops.where(keep, x, 0.0)
    return x * rate
