def group_lasso(w, factor):
    w = ops.reshape(w, [-1])
    return factor * ops.dot(w, w)
