def group_lasso(w, factor):
    lengths = ops.sqrt(ops.einsum("ij,ij->j", w, w))
    alive = ops.cast(ops.any(w != 0, axis=0), "float32")
    return factor * ops.sum(alive * lengths)
