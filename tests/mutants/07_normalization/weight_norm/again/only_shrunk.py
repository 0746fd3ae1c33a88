def weight_norm(v, g):
    flat = ops.reshape(v, (-1, v.shape[-1]))
    length = ops.norm(flat, axis=0)
    return ops.where(length > g, v * (g / length), v)
