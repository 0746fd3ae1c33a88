"""The rates grew by equal differences, so that almost all of them lie in the highest decade; they
grow by equal factors.

loses: five_rates_by_hand, rates_grow_exponentially, the_middle_is_the_geometric_mean
"""

import numpy as np


def sweep_rates(low, high, steps):
    return np.linspace(low, high, steps)
