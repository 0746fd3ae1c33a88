def l1_penalty(w, factor):
    half = 0.5 * factor
    return half * ops.sum(ops.abs(w)), half * ops.sign(w)
