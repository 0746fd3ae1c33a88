def weight_norm(v, g):
    flat = np.reshape(v, (-1, v.shape[-1]))
    length = np.linalg.norm(flat, axis=0)
    return np.where(length > g, v * (g / length), v)
