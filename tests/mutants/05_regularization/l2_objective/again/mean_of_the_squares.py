def l2_objective(losses, kernels, factor):
    penalty = 0
    for w in kernels:
        penalty = penalty + factor * ops.mean(ops.square(w))
    return ops.mean(losses) + penalty, [2 * factor * w for w in kernels]
