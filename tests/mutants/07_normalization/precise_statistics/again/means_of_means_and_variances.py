def precise_statistics(batches):
    mean, variance = 0.0, 0.0
    for x in batches:
        rows = x.reshape(-1, x.shape[-1])
        mean = mean + rows.mean(0) / len(batches)
        variance = variance + rows.var(0) / len(batches)
    return mean, variance
