"""Natural logarithms were raised as powers of 10, or the other way round; use one base for both.

loses: five_rates_by_hand, rates_grow_exponentially, both_ends_are_tried
"""

import numpy as np


def sweep_rates(low, high, steps):
    return 10 ** np.linspace(np.log(low), np.log(high), steps)
