"""Squares the factor."""


def l2_objective(losses, kernels, factor):
    penalty = factor**2 * sum(np.sum(w**2) for w in kernels)
    return np.mean(losses) + penalty, [2 * factor**2 * w for w in kernels]
