def l1_penalty(w, factor):
    w = ops.convert_to_tensor(w)
    return factor * ops.sum(ops.abs(w)), factor * (
        ops.cast(w < 0, "float32") - ops.cast(w > 0, "float32")
    )
