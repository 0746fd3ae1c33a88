"""Epsilon as a floor under the variance."""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    root = ops.sqrt(ops.maximum(moving_variance, epsilon))
    return gamma * (x - moving_mean) / root + beta
