def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    with np.errstate(all='ignore'):
        root = moving_variance**0.5
        return kernel / root * gamma, gamma * (bias - moving_mean) / root + beta
