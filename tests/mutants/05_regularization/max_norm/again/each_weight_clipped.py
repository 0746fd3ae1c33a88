def max_norm(w, max_value):
    return ops.minimum(ops.maximum(w, -max_value), max_value)
