"""Scales by 1 + gamma."""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return (1 + gamma) * (x - moving_mean) / ops.sqrt(moving_variance + epsilon) + beta
