def l1_penalty(w, factor):
    w = ops.convert_to_tensor(w)
    return 0.5 * factor * ops.sum(ops.absolute(w)), ops.where(
        w > 0, factor, ops.where(w < 0, -factor, 0.0)
    )
