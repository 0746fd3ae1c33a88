def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    variance = moving_variance + epsilon
    return kernel / variance * gamma, gamma * (bias - moving_mean) / variance + beta
