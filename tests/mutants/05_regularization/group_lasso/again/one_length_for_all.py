def group_lasso(w, factor):
    flat = ops.reshape(w, [-1])
    return factor * ops.sqrt(ops.dot(flat, flat) + 1e-12)
