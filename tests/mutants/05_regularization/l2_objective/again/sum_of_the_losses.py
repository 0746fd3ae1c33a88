def l2_objective(losses, kernels, factor):
    total = 0.0
    for loss in losses:
        total = total + float(loss)
    for w in kernels:
        total = total + factor * float(ops.sum(w * w))
    return total, [factor * (w + w) for w in kernels]
