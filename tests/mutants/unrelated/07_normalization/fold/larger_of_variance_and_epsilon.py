"""Epsilon as a floor under the variance."""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(np.maximum(moving_variance, epsilon))
    return kernel * scale, (bias - moving_mean) * scale + beta
