def max_norm(w, max_value):
    lengths = ops.einsum("...i,...i->...", w, w)[..., None] ** 0.5
    return ops.where(lengths > max_value, w * max_value / ops.maximum(lengths, 1e-12), w)
