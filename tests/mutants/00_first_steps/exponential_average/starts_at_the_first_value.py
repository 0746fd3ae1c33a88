"""The average was started at the first value instead of 0; it starts at 0 and is corrected.

loses: averages_are_weighted
"""


def exponential_average(values, beta):
    average, averages = values[0], []
    for value in values:
        average = beta * average + (1 - beta) * value
        averages.append(average)
    return np.array(averages)
