"""The moving variance is used, but the mean is still that of the batch.

loses: moving_statistics_are_used, one_sample_is_enough
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    axes = list(range(len(x.shape) - 1))
    x_hat = (x - ops.mean(x, axis=axes)) / ops.sqrt(moving_variance + epsilon)
    return gamma * x_hat + beta
