def weight_norm(v, g):
    return v / ops.norm(v, axis=-1, keepdims=True) * g
