def drop_connect(x, kernel, bias, u, rate):
    M = np.zeros(kernel.shape)
    for i, row in enumerate(u):
        for j, number in enumerate(row):
            M[i, j] = 1 if number < rate else 0
    return np.dot(x, kernel * M / rate) + bias
