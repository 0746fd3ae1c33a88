def precise_statistics(batches):
    rows = np.vstack([x.reshape(-1, x.shape[-1]) for x in batches])
    return rows.mean(0), np.einsum("nc,nc->c", rows, rows) / len(rows)
