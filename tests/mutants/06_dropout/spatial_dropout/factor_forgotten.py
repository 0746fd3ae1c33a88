"""The maps that survive were not scaled.

loses: surviving_maps_are_scaled, one_map_alone
"""


def spatial_dropout(x, u, rate):
    return ops.where(u[:, None, None, :] >= rate, x, 0.0)
