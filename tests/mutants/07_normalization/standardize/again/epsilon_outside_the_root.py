def standardize(x, axes, epsilon):
    over = tuple(axes)
    centred = x - x.mean(axis=over, keepdims=True)
    return centred / (epsilon + np.sqrt(np.square(centred).mean(axis=over, keepdims=True)))
