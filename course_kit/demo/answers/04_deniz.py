def exponential_average(values, beta):
    # Right numbers, but written into the array that was handed in.
    average = 0.0
    for t in range(len(values)):
        average = beta * average + (1 - beta) * values[t]
        values[t] = average / (1 - beta ** (t + 1))
    return np.array(values)
