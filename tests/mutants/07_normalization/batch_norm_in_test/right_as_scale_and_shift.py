"""Right: multiplied out, one scale and one shift.

loses: nothing
"""


def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return x * scale + (beta - moving_mean * scale)
