"""The deviations were divided by the variance; they are divided by its root.

loses: axes_are_reduced, two_samples_by_hand
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.var(x, axis=axes, keepdims=True)
    return (x - mean) / (variance + epsilon)
