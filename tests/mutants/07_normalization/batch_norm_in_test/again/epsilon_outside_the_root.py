def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    scale = gamma / (moving_variance**0.5 + epsilon)
    return x * scale + beta - moving_mean * scale
