def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    root = moving_variance**0.5 + epsilon
    return kernel / root * gamma, gamma * (bias - moving_mean) / root + beta
