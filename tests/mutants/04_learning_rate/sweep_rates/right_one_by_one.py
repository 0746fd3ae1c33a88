"""Right: a list, each rate made from the one before.

loses: nothing
"""


def sweep_rates(low, high, steps):
    factor = (high / low) ** (1 / (steps - 1))
    rates = [low]
    for _ in range(steps - 1):
        rates.append(rates[-1] * factor)
    return rates
