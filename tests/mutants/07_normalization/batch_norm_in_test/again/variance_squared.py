def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return gamma * (x - moving_mean) / (moving_variance * moving_variance + epsilon) ** 0.5 + beta
