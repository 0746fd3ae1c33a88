"""Feature maps were averaged over the batch only; all pixels of a channel share one mean and one
variance.

loses: every_pixel_counts
"""


def precise_statistics(batches):
    n = sum(len(x) for x in batches)
    mean = sum(x.sum(axis=0) for x in batches) / n
    variance = sum(((x - mean) ** 2).sum(axis=0) for x in batches) / n
    return mean, variance
