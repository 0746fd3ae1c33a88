"""The batches were taken out of the list; it belongs to the caller, who needs it again.

loses: batches_of_one
"""


def precise_statistics(batches):
    rows = []
    while batches:
        x = batches.pop(0)
        rows.append(x.reshape(-1, x.shape[-1]))
    rows = np.concatenate(rows)
    return rows.mean(axis=0), rows.var(axis=0)
