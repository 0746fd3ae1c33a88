def l2_objective(losses, kernels, factor):
    objective = ops.mean(losses)
    for _ in losses:
        for w in kernels:
            objective = objective + factor * ops.sum(ops.square(w))
    return objective, [2.0 * factor * ops.convert_to_tensor(w) for w in kernels]
