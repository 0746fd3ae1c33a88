def standardize(x, axes, epsilon):
    centred = x - sum(x) / len(x)
    return centred / np.sqrt(sum(centred**2) / len(x) + epsilon)
