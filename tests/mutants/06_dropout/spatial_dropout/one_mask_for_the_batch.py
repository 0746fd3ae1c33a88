"""All pictures lose the maps of the first one: each has its own row of u.

loses: whole_maps_are_dropped, axes_are_not_mixed_up
"""


def spatial_dropout(x, u, rate):
    return ops.where(u[0] >= rate, x / (1 - rate), 0.0)
