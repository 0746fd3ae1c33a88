def weight_norm(v, g):
    flat = ops.reshape(v, (-1, v.shape[-1]))
    return v * ops.sqrt(ops.square(g) / ops.sum(ops.square(flat), axis=0))
