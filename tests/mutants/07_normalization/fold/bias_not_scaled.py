"""The old bias was added as it is; batch norm multiplies it by gamma / root, as it does the kernel.

loses: folded_dense_gives_the_same, silence_gives_the_bias
"""


def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale, bias + beta - moving_mean * scale
