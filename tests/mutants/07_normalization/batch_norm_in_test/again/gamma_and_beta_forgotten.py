def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    root = (moving_variance + epsilon) ** 0.5
    return x / root - moving_mean / root
