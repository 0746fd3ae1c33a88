def max_norm(w, max_value):
    return ops.multiply(ops.convert_to_tensor(w), ops.ones_like(w) * max_value)
