"""The channels were looked for on axis 1; Keras puts them last: (batch, h, w, c).

loses: whole_maps_are_dropped, axes_are_not_mixed_up
"""


def spatial_dropout(x, u, rate):
    mask = u[:, :, None, None] >= rate  # (batch, c, 1, 1)
    return ops.where(mask, x / (1 - rate), 0.0)
