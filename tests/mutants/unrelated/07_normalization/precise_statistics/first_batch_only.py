"""Looks at the first batch only."""


def precise_statistics(batches):
    rows = batches[0].reshape(-1, batches[0].shape[-1])
    return rows.mean(axis=0), rows.var(axis=0)
