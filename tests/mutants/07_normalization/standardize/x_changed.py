"""x itself was changed: `-=` and `/=` write into the caller's array, which is needed again.

loses: any_axes_will_do, two_samples_by_hand
"""


def standardize(x, axes, epsilon):
    axes = tuple(axes)
    x -= np.mean(x, axis=axes, keepdims=True)
    x /= np.sqrt(np.mean(x * x, axis=axes, keepdims=True) + epsilon)
    return x
