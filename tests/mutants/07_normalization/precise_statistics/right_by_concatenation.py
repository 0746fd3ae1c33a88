"""Right: all batches in one array, where there is room.

loses: nothing
"""


def precise_statistics(batches):
    rows = np.concatenate([np.reshape(x, (-1, x.shape[-1])) for x in batches])
    return rows.mean(axis=0), rows.var(axis=0)
