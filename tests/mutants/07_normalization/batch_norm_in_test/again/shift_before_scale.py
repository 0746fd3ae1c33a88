def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    root = np.sqrt(moving_variance + epsilon)
    return gamma / root * (x - moving_mean) + gamma * beta
