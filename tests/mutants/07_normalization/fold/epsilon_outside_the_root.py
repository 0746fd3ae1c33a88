"""Epsilon was added to the standard deviation; it belongs to the variance, under the root.

loses: quiet_units_fold_too
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / (np.sqrt(moving_variance) + epsilon)
    return kernel * scale, (bias - moving_mean) * scale + beta
