"""The moving mean is used, but the variance is still that of the batch.

loses: moving_statistics_are_used, one_sample_is_enough
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    axes = list(range(len(x.shape) - 1))
    x_hat = (x - moving_mean) / ops.sqrt(ops.var(x, axis=axes) + epsilon)
    return gamma * x_hat + beta
