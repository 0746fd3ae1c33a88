"""In NumPy, which a model cannot call."""


def standardize(x, axes, epsilon):
    mean = np.mean(x, axis=tuple(axes), keepdims=True)
    return (x - mean) / np.sqrt(np.var(x, axis=tuple(axes), keepdims=True) + epsilon)
