"""The mask (batch, c) met the last two axes of x, which are width and channels.

loses: whole_maps_are_dropped, axes_are_not_mixed_up
"""


def spatial_dropout(x, u, rate):
    return ops.where(u >= rate, x / (1 - rate), 0.0)
