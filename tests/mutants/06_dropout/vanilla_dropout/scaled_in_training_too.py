"""The survivors were divided by 1 - rate as well: that is the inverted form, and with the test
factor it scales twice.

loses: survivors_keep_their_value, average_over_masks_is_the_test_output
"""


def vanilla_dropout(x, u, rate, training):
    if training:
        return ops.where(u >= rate, x / (1 - rate), 0.0)
    return x * (1 - rate)
