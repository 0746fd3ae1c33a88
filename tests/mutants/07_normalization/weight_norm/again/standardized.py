def weight_norm(v, g):
    flat = np.reshape(v, (-1, v.shape[-1]))
    return g * (v - flat.mean(0)) / np.sqrt(flat.var(0) + 1e-7)
