def weight_norm(v, g):
    flat = np.reshape(v, (-1, v.shape[-1]))
    return v * (np.asarray(g) / np.sqrt((flat**2).sum(0)))
