def inverted_dropout(x, u, rate, training):
    mask = ops.ones_like(x)
    if training:
        mask = ops.cast(ops.logical_not(ops.less(u, rate)), x.dtype)
    return ops.multiply(mask, x)
