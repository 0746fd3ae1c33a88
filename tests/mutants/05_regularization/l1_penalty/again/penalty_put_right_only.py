def l1_penalty(w, factor):
    w = ops.convert_to_tensor(w)
    size = ops.abs(w)
    return factor * ops.sum(size), ops.divide(w, ops.sign(w)) * factor
