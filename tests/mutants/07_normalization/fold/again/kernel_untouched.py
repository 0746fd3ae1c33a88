def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    root = (moving_variance + epsilon) ** 0.5
    return 1 * kernel, gamma * (bias - moving_mean) / root + beta
