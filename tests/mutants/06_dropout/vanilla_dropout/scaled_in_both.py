"""The factor 1 - rate was applied in training too: a mask has done that already, on average.

loses: survivors_keep_their_value, average_over_masks_is_the_test_output
"""


def vanilla_dropout(x, u, rate, training):
    x = x * (1 - rate)
    return ops.where(u >= rate, x, 0.0) if training else x
