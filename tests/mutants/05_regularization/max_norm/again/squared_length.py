def max_norm(w, max_value):
    flat = ops.reshape(w, [-1, w.shape[-1]])
    squares = ops.einsum("ij,ij->j", flat, flat)
    return ops.where(squares > max_value, w * max_value / (squares + 1e-12), w)
