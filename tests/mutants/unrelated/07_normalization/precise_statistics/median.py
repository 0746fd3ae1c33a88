"""Takes the median for the mean."""


def precise_statistics(batches):
    rows = np.concatenate([x.reshape(-1, x.shape[-1]) for x in batches])
    return np.median(rows, axis=0), rows.var(axis=0)
