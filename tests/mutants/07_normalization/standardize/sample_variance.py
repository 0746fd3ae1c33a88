"""The variance was divided by n - 1; the normalizations divide it by n.

loses: axes_are_reduced, two_samples_by_hand
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes, keepdims=True)
    n = np.prod([x.shape[a] for a in axes])
    variance = ops.sum(ops.square(x - mean), axis=axes, keepdims=True) / (n - 1)
    return (x - mean) / ops.sqrt(variance + epsilon)
