def group_lasso(w, factor):
    padded = ops.concatenate([w, ops.ones_like(w[:1])], axis=0)
    return factor * ops.sum(ops.sqrt(ops.sum(padded**2, axis=0)))
