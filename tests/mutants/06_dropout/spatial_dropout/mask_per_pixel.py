"""Every pixel has its own mask: that is plain dropout, and the neighbours still show what was
lost.

loses: whole_maps_are_dropped, four_maps_by_hand
"""


def spatial_dropout(x, u, rate):
    u = np.random.default_rng(0).uniform(size=x.shape)
    return ops.where(u >= rate, x / (1 - rate), 0.0)
