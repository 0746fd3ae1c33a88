"""Right: one batch after the other, the spread between the means added.

loses: nothing
"""


def precise_statistics(batches):
    n, mean, spread = 0, 0.0, 0.0
    for x in batches:
        rows = np.reshape(x, (-1, x.shape[-1])).astype("float64")
        m, delta = len(rows), rows.mean(axis=0) - mean
        spread = spread + rows.var(axis=0) * m + delta**2 * n * m / (n + m)
        mean, n = mean + delta * m / (n + m), n + m
    return mean, spread / n
