def exponential_average(values, beta):
    # Forgets the correction: the first averages are far too small.
    average, averages = 0.0, []
    for value in values:
        average = beta * average + (1 - beta) * value
        averages.append(average)
    return np.array(averages)
