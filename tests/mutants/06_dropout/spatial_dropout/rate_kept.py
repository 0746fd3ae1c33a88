"""`rate` was taken for the probability of keeping a map.

loses: whole_maps_are_dropped, four_maps_by_hand, one_map_alone
"""


def spatial_dropout(x, u, rate):
    return ops.where(u[:, None, None, :] < rate, x / rate, 0.0)
