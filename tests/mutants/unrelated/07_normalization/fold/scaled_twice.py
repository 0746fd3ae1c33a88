"""Scales the kernel twice."""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale**2, (bias - moving_mean) * scale + beta
