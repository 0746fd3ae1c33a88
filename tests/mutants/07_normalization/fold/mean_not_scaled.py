"""The moving mean was subtracted as it is; it is subtracted before batch norm scales, so that it
gets the factor too.

loses: folded_dense_gives_the_same, silence_gives_the_bias
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale, bias * scale - moving_mean + beta
