"""Right: equal steps of the logarithm.

loses: nothing
"""

import numpy as np


def sweep_rates(low, high, steps):
    return np.exp(np.linspace(np.log(low), np.log(high), steps))
