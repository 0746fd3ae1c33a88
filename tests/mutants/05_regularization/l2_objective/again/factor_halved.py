def l2_objective(losses, kernels, factor):
    objective, gradients = ops.mean(losses), []
    for w in kernels:
        objective = objective + 0.5 * factor * ops.sum(ops.square(w))
        gradients.append(ops.multiply(factor, w))
    return objective, gradients
