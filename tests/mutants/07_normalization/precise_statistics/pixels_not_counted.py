"""The sums run over all pixels, but were divided by the number of samples; divide by the number of
values.

loses: every_pixel_counts
"""


def precise_statistics(batches):
    axes = tuple(range(batches[0].ndim - 1))
    n = sum(len(x) for x in batches)
    mean = sum(x.sum(axis=axes) for x in batches) / n
    variance = sum(((x - mean) ** 2).sum(axis=axes) for x in batches) / n
    return mean, variance
