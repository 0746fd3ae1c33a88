def group_lasso(w, factor):
    return factor * sum(np.linalg.norm(column) for column in np.asarray(w).T)
