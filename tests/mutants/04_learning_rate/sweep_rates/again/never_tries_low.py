import numpy as np


def sweep_rates(low, high, steps):
    factor = (high / low) ** (1 / steps)
    rate, rates = low, []
    for _ in range(steps):
        rate *= factor
        rates.append(rate)
    return np.array(rates)
