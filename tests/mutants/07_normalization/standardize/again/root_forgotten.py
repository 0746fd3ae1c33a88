def standardize(x, axes, epsilon):
    over = tuple(axes)
    centred = x - x.mean(axis=over, keepdims=True)
    return centred * (1 / (np.mean(centred**2, axis=over, keepdims=True) + epsilon))
