"""The mean and the variance are still those of the batch, and the variance still lacks its square;
in test both are the moving ones.

loses: moving_statistics_are_used, four_steps_by_hand
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    axes = list(range(len(x.shape) - 1))
    mean = ops.mean(x, axis=axes)
    sigma = ops.mean(x - mean, axis=axes)
    x_hat = (x - mean) / ops.sqrt(sigma**2 + epsilon)
    return gamma * x_hat + beta
