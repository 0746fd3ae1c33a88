"""`low` was multiplied by powers of `high`; the factor from the first rate to the last is high /
low.

loses: five_rates_by_hand, rates_grow_exponentially, both_ends_are_tried
"""

import numpy as np


def sweep_rates(low, high, steps):
    return low * high ** (np.arange(steps) / (steps - 1))
