"""In NumPy, which a model cannot call."""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
