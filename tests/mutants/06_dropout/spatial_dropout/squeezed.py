"""An axis of length one was squeezed away: a single map comes back with the wrong shape.

loses: one_map_alone
"""


def spatial_dropout(x, u, rate):
    mask = np.squeeze(u >= rate)
    y = np.squeeze(x / (1 - rate))
    if y.ndim == 3:
        return (y * mask)[None]
    return y * mask if y.ndim == 2 else y * mask[:, None, None, :]
