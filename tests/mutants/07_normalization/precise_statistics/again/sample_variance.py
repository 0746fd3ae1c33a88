def precise_statistics(batches):
    rows = np.concatenate([x.reshape(-1, x.shape[-1]) for x in batches])
    return np.mean(rows, 0), np.var(rows, 0, ddof=1)
