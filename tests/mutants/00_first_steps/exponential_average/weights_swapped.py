"""The newest value was given the weight beta; beta is what is kept of the old average.

loses: averages_are_weighted
"""


def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = (1 - beta) * average + beta * value
        averages.append(average / (1 - (1 - beta) ** t))
    return np.array(averages)
