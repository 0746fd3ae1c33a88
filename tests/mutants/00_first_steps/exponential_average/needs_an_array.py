"""Arrays work, and a plain list does not: make an array of it first.

loses: a_list_will_do
"""


def exponential_average(values, beta):
    weighted = values * (1 - beta)
    averages = np.zeros(len(values))
    for t in range(len(values)):
        averages[t] = weighted[t] + (beta * averages[t - 1] if t else 0.0)
    return averages / (1 - beta ** np.arange(1, len(values) + 1))
