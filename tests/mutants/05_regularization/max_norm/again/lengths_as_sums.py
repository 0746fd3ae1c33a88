def max_norm(w, max_value):
    flat = ops.reshape(w, [-1, w.shape[-1]])
    lengths = ops.norm(flat, ord=1, axis=0)
    return ops.where(lengths > max_value, w / (lengths / max_value + 1e-12), w)
