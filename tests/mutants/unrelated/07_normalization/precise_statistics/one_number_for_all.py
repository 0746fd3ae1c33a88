"""One mean and one variance for all channels."""


def precise_statistics(batches):
    rows = np.concatenate([x.reshape(-1, x.shape[-1]) for x in batches])
    return np.full(rows.shape[1], rows.mean()), np.full(rows.shape[1], rows.var())
