def exponential_average(values, beta):
    n = len(values)
    raw = np.zeros(n)
    m = 0.0
    for i in range(n):
        m += (1 - beta) * (values[i] - m)
        raw[i] = m
    correction = 1 - np.power(float(beta), np.arange(n))
    correction[0] = 1.0  # would be a division by zero
    return raw / correction
