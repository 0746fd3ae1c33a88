"""Gamma is missing from the factor, which is gamma over the root.

loses: folded_dense_gives_the_same, four_numbers_by_hand
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = 1 / np.sqrt(moving_variance + epsilon)
    return kernel * scale, (bias - moving_mean) * scale + beta
