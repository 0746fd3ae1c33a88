"""The moving variance was squared, as the slide's sigma is; it is a square already.

loses: moving_statistics_are_used, four_steps_by_hand
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    x_hat = (x - moving_mean) / ops.sqrt(ops.square(moving_variance) + epsilon)
    return gamma * x_hat + beta
