"""The kernel was scaled along its inputs; the channels that batch norm scales are the outputs, the
last axis.

loses: folded_dense_gives_the_same, folded_convolution_gives_the_same
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale[:, None], (bias - moving_mean) * scale + beta
