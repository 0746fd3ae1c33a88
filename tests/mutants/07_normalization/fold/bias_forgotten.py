"""The old bias is missing from the new one; batch norm shifted and scaled it too.

loses: folded_dense_gives_the_same, silence_gives_the_bias
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale, beta - moving_mean * scale
