"""Each channel takes the number of its neighbour: counted from 1."""


def spatial_dropout(x, u, rate):
    y = np.zeros_like(x)
    channels = x.shape[-1]
    for i in range(len(x)):
        for c in range(1, channels + 1):
            if u[i, c % channels] >= rate:
                y[..., c - 1][i] = x[i, :, :, c - 1] / (1 - rate)
    return y
