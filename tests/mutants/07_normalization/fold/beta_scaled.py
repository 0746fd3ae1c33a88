"""Beta was multiplied by gamma / root; it comes last, after the scale.

loses: folded_dense_gives_the_same, four_numbers_by_hand
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale, (bias - moving_mean + beta) * scale
