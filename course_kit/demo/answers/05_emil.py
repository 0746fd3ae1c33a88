def exponential_average(values, beta):
    average, t = 0.0, 0
    while t < len(values):
        # Forgets to count the steps: this loop never ends.
        average = beta * average + (1 - beta) * values[t]
    return average


exponential_average([4.0, 2.0], 0.5)
