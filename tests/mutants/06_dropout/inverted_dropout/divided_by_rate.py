"""The survivors were divided by the rate; they make up the share 1 - rate.

loses: survivors_are_scaled, average_over_masks_is_the_input
"""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    return ops.where(u >= rate, x / rate, 0.0)
