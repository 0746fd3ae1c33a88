"""Epsilon was not used: a unit that never moved is divided by zero.

loses: quiet_channels_stay_in_bounds
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    x_hat = (x - moving_mean) / ops.sqrt(moving_variance)
    return gamma * x_hat + beta
