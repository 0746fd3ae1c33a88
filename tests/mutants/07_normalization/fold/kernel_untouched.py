"""Only the bias was changed; the kernel has to be multiplied by gamma / root.

loses: folded_dense_gives_the_same, folded_convolution_gives_the_same
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel, (bias - moving_mean) * scale + beta
