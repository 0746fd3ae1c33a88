import numpy as np


def sweep_rates(low, high, steps):
    gaps = np.linspace(0, 1, steps + 1)
    return np.exp(np.log(low) * (1 - gaps) + np.log(high) * gaps)
