def exponential_average(values, beta):
    values[0] = (1 - beta) * values[0]
    for i, v in enumerate(values[1:].copy(), start=1):
        values[i] = beta * values[i - 1] + (1 - beta) * v
    bias = 1 - beta ** np.arange(1, len(values) + 1)
    values[:] = values / bias
    return np.array(values)
