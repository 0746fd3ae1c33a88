def exponential_average(values, beta):
    n = values.shape[0]
    age = np.subtract.outer(np.arange(n), np.arange(n))
    weights = np.where(age >= 0, float(beta) ** np.abs(age), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights @ values
