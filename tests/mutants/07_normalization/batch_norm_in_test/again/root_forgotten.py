def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    scale = gamma / (moving_variance + epsilon)
    return scale * x + (beta - scale * moving_mean)
