def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    M = ops.cast(u >= rate, "float32")
    survivors = ops.sum(M, axis=-1, keepdims=True)
    total = ops.sum(ops.ones_like(M), axis=-1, keepdims=True)
    return x * M * total / ops.maximum(survivors, 1.0)
