"""Subtracts the mean from the kernel too."""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return (kernel - moving_mean) * scale, (bias - moving_mean) * scale + beta
