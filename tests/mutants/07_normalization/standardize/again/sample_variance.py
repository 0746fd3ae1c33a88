def standardize(x, axes, epsilon):
    over = tuple(axes)
    return (x - np.mean(x, over, keepdims=True)) / np.sqrt(
        np.var(x, axis=over, ddof=1, keepdims=True) + epsilon
    )
