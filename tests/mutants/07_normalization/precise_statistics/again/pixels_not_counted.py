def precise_statistics(batches):
    samples = np.concatenate(batches)
    axes = tuple(range(samples.ndim - 1))
    mean = samples.sum(axes) / samples.shape[0]
    return mean, np.square(samples - mean).sum(axes) / samples.shape[0]
