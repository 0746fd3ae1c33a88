def weight_norm(v, g):
    flat = ops.reshape(v, (-1, v.shape[-1]))
    return v / ops.norm(flat, axis=0)
