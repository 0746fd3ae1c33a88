def exponential_average(values, beta):
    result = np.empty(len(values))
    for t in range(len(values)):
        w = np.array([beta * (1 - beta) ** (t - s) for s in range(t + 1)])
        result[t] = np.dot(w, values[: t + 1]) / w.sum()
    return result
