"""The standardized values were returned; gamma and beta have to come after.

loses: moving_statistics_are_used, four_steps_by_hand
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    return (x - moving_mean) / ops.sqrt(moving_variance + epsilon)
