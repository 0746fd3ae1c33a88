def group_lasso(w, factor):
    rows = ops.unstack(w, axis=0)
    return factor * sum(ops.sqrt(ops.maximum(ops.sum(row * row), 1e-12)) for row in rows)
