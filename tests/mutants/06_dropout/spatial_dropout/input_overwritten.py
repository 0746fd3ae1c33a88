"""The zeros were written into the input itself: whoever needs it later finds it damaged.

loses: maps_are_left_alone
"""


def spatial_dropout(x, u, rate):
    for i in range(x.shape[0]):
        for c in range(x.shape[3]):
            x[i, :, :, c] = x[i, :, :, c] / (1 - rate) if u[i, c] >= rate else 0
    return x
