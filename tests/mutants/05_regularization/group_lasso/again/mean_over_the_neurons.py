def group_lasso(w, factor):
    squares = ops.einsum("ij,ij->j", w, w)
    return factor * ops.sum(ops.sqrt(squares + 1e-12)) / w.shape[1]
