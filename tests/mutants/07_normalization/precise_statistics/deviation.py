"""The standard deviation was returned; asked for is the variance, its square.

loses: unequal_batches_are_pooled, one_batch_has_its_own
"""


def precise_statistics(batches):
    rows = [np.reshape(x, (-1, x.shape[-1])) for x in batches]
    n = sum(len(r) for r in rows)

    mean = sum(r.sum(axis=0) for r in rows) / n
    variance = sum(((r - mean) ** 2).sum(axis=0) for r in rows) / n
    return mean, np.sqrt(variance)
