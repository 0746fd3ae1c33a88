def max_norm(w, max_value):
    flat = ops.reshape(w, [-1, w.shape[-1]])
    flat = flat / ops.sqrt(ops.sum(flat * flat, axis=0) + 1e-20)
    return ops.reshape(max_value * flat, w.shape)
