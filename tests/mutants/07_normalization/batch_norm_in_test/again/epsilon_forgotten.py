def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    with np.errstate(all="ignore"):
        return gamma * (x - moving_mean) * moving_variance**-0.5 + beta
