"""Beta was added before gamma multiplied; first comes the scale, then the shift.

loses: moving_statistics_are_used, four_steps_by_hand
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    x_hat = (x - moving_mean) / ops.sqrt(moving_variance + epsilon)
    return gamma * (x_hat + beta)
