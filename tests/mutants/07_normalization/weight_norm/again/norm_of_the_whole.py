def weight_norm(v, g):
    flat = np.reshape(v, (-1, v.shape[-1]))
    return v * (g / np.linalg.norm(flat))
