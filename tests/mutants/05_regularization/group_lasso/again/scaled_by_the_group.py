def group_lasso(w, factor):
    inputs = w.shape[0]
    return factor * ops.sum(ops.sqrt(inputs * ops.sum(w * w, axis=0) + 1e-12))
