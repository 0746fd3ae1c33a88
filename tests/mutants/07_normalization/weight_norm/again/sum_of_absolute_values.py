def weight_norm(v, g):
    flat = ops.reshape(v, (-1, v.shape[-1]))
    return v * (g / ops.norm(flat, 1, axis=0))
