def spatial_dropout(x, u, rate):
    batch, height, width, channels = x.shape
    drop = 1 - rate
    out = np.empty_like(x)
    for b in range(batch):
        for c in range(channels):
            kept = u[b, c] < 1 - drop
            out[b, ..., c] = x[b, ..., c] / (1 - drop) if kept else np.zeros((height, width))
    return out
