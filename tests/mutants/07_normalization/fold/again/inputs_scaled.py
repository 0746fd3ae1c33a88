def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    root = (moving_variance + epsilon) ** 0.5
    new = np.swapaxes(np.swapaxes(kernel, -1, -2) * (gamma / root), -1, -2)
    return new, gamma * (bias - moving_mean) / root + beta
