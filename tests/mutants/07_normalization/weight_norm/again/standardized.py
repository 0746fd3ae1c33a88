def weight_norm(v, g):
    flat = ops.reshape(v, (-1, v.shape[-1]))
    return g * (v - ops.mean(flat, 0)) / ops.sqrt(ops.var(flat, 0) + 1e-7)
