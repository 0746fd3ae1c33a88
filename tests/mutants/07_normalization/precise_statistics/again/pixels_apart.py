def precise_statistics(batches):
    x = np.concatenate(batches)
    return x.mean(0), x.var(0)
