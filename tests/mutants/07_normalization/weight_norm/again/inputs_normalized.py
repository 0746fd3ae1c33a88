def weight_norm(v, g):
    return v / np.linalg.norm(v, axis=-1)[..., None] * g
