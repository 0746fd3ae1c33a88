def standardize(x, axes, epsilon):
    over = tuple(set(range(x.ndim)) - set(axes))
    centred = x - np.mean(x, over, keepdims=True)
    return centred / np.sqrt(np.mean(centred * centred, over, keepdims=True) + epsilon)
