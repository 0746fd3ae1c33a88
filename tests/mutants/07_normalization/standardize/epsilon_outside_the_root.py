"""Epsilon was added to the standard deviation; it belongs to the variance, under the root.

loses: epsilon_is_under_the_root, two_samples_by_hand
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes, keepdims=True)
    deviation = ops.std(x, axis=axes, keepdims=True)
    return (x - mean) / (deviation + epsilon)
