def drop_connect(x, kernel, bias, u, rate):
    weights = np.vstack([kernel, bias])  # the bias as one more row
    numbers = np.vstack([u, u[:1]])
    weights = np.where(numbers < rate, 0.0, weights / (1 - rate))
    with_one = np.hstack([x, np.ones((len(x), 1))])
    return with_one @ weights
