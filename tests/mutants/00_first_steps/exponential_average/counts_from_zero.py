"""Steps were counted from 0, so that each correction is one step late.

loses: averages_are_weighted, first_is_the_first_value
"""


def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if t else average)
    return np.array(averages)
