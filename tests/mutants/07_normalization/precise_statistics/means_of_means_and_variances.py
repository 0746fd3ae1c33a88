"""Means and variances of the batches were averaged, each batch alike: neither the sizes nor the
spread between the batches count.

loses: unequal_batches_are_pooled, two_constant_batches_by_hand
"""


def precise_statistics(batches):
    axes = tuple(range(batches[0].ndim - 1))
    mean = np.mean([x.mean(axis=axes) for x in batches], axis=0)
    variance = np.mean([x.var(axis=axes) for x in batches], axis=0)
    return mean, variance
