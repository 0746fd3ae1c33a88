def l1_penalty(w, factor):
    negative = ops.cast(ops.convert_to_tensor(w) < 0, "float32")
    return factor * ops.sum(ops.abs(w)), factor * (1 - 2 * negative)
