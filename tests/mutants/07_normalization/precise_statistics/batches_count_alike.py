"""Every batch got the same weight; a batch counts by the number of values in it.

loses: unequal_batches_are_pooled, two_constant_batches_by_hand
"""


def precise_statistics(batches):
    axes = tuple(range(batches[0].ndim - 1))
    mean = np.mean([x.mean(axis=axes) for x in batches], axis=0)
    variance = np.mean([((x - mean) ** 2).mean(axis=axes) for x in batches], axis=0)
    return mean, variance
