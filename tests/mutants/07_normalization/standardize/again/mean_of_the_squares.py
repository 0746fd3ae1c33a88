def standardize(x, axes, epsilon):
    over = tuple(axes)
    power = (x * x).mean(axis=over, keepdims=True)
    return (x - x.mean(axis=over, keepdims=True)) / np.sqrt(power + epsilon)
