def l1_penalty(w, factor):
    w = ops.convert_to_tensor(w)
    return factor * ops.sum(ops.square(w)), factor * (w + w)
