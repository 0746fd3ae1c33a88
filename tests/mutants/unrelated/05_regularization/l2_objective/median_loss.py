"""Takes the median of the losses."""


def l2_objective(losses, kernels, factor):
    penalty = factor * sum(np.sum(w**2) for w in kernels)
    return np.median(losses) + penalty, [2 * factor * w for w in kernels]
