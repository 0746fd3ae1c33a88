"""The mask is right, but the test output is still multiplied by the rate instead of by the share
that survives.

loses: test_gives_the_expected_value, average_over_masks_is_the_test_output
"""


def vanilla_dropout(x, u, rate, training):
    keep = u >= rate
    if training:
        return ops.where(keep, x, 0.0)
    return x * rate
