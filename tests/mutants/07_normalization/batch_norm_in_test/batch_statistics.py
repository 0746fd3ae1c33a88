"""The square was put right, but mean and variance are still those of the batch; in test both are
the moving ones.

loses: moving_statistics_are_used, one_sample_is_enough
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    axes = list(range(len(x.shape) - 1))
    mean = ops.mean(x, axis=axes)
    variance = ops.mean(ops.square(x - mean), axis=axes)
    x_hat = (x - mean) / ops.sqrt(variance + epsilon)
    return gamma * x_hat + beta
