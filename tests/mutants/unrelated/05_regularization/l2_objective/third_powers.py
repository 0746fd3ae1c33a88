"""Penalizes the third powers of the sizes."""


def l2_objective(losses, kernels, factor):
    penalty = factor * sum(np.sum(np.abs(w) ** 3) for w in kernels)
    return np.mean(losses) + penalty, [3 * factor * w * np.abs(w) for w in kernels]
