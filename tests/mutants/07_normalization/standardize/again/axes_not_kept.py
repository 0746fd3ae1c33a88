def standardize(x, axes, epsilon):
    over = tuple(axes)
    return (x - x.mean(over)) / np.sqrt(x.var(over) + epsilon)
