def group_lasso(w, factor):
    columns = ops.transpose(w)
    return factor * ops.sum(ops.sum(columns * columns, axis=-1) ** 0.5 + 1e-12)
