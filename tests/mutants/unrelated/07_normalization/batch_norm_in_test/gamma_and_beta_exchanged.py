"""Scales by beta and shifts by gamma."""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return beta * (x - moving_mean) / ops.sqrt(moving_variance + epsilon) + gamma
