"""Right: one map after the other.

loses: nothing
"""


def spatial_dropout(x, u, rate):
    y = np.zeros_like(x)
    for i in range(len(x)):
        for c in range(x.shape[-1]):
            if u[i, c] >= rate:
                y[i, :, :, c] = x[i, :, :, c] / (1 - rate)
    return y
