"""Multiplies by the deviation instead of dividing."""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return gamma * (x - moving_mean) * ops.sqrt(moving_variance + epsilon) + beta
