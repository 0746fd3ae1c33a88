"""The factor was gamma over the variance; it is gamma over the root of it.

loses: folded_dense_gives_the_same, four_numbers_by_hand
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / (moving_variance + epsilon)
    return kernel * scale, (bias - moving_mean) * scale + beta
