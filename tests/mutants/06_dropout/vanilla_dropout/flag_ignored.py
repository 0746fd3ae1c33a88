"""The flag `training` was not looked at: units are dropped in test too.

loses: test_gives_the_expected_value
"""


def vanilla_dropout(x, u, rate, training):
    keep = u >= rate
    return ops.where(keep, x, 0.0)
