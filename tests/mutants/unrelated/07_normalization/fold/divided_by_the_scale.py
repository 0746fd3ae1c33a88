"""Divides by gamma / root."""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel / scale, (bias - moving_mean) / scale + beta
