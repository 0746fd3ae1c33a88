"""The averages start at 0 and were not corrected for it: divide by 1 - beta ** t.

loses: averages_are_weighted, first_is_the_first_value
"""


def exponential_average(values, beta):
    average, averages = 0.0, []
    for value in values:
        average = beta * average + (1 - beta) * value
        averages.append(average)
    return np.array(averages)
