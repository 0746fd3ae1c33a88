def max_norm(w, max_value):
    flat = ops.reshape(w, [-1])
    length = ops.sqrt(ops.dot(flat, flat))
    return ops.where(length > max_value, max_value * w / (length + 1e-12), w)
