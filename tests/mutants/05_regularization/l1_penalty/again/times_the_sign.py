def l1_penalty(w, factor):
    w = ops.convert_to_tensor(w)
    return factor * ops.sum(ops.abs(w)), ops.sign(w) * ops.abs(w) * factor
