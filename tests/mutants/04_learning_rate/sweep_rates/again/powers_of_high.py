import numpy as np


def sweep_rates(low, high, steps):
    factor = high ** (1 / (steps - 1))
    return np.cumprod(np.append(low, np.full(steps - 1, factor)))
