import numpy as np


def sweep_rates(low, high, steps):
    factor = (high / low) ** (1 / steps)
    rates = [low]
    while len(rates) < steps:
        rates.append(rates[-1] * factor)
    return np.array(rates)
