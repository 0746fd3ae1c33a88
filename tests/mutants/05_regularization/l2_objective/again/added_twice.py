def l2_objective(losses, kernels, factor):
    penalty = factor * sum(float(np.vdot(w, w)) for w in kernels)
    penalized = np.asarray(losses) + penalty
    return penalized.mean() + penalty, [2 * factor * w for w in kernels]
