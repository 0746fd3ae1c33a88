def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return gamma * np.asarray(standardize(x, range(x.ndim - 1), epsilon)) + beta
