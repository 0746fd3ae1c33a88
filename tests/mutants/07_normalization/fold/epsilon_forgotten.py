"""Epsilon was left out; the layer that is folded had it under its root.

loses: quiet_units_fold_too
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance)
    return kernel * scale, (bias - moving_mean) * scale + beta
