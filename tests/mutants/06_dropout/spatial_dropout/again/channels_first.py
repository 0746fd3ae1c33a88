def spatial_dropout(x, u, rate):
    keep = np.greater_equal(u, rate).astype("float32")
    return np.einsum("bchw,bc->bchw", x, keep) / (1 - rate)
