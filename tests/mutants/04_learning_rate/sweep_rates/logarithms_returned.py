"""The logarithms of the rates came back; raise to their power.

loses: five_rates_by_hand, rates_grow_exponentially, both_ends_are_tried
"""

import numpy as np


def sweep_rates(low, high, steps):
    return np.linspace(np.log10(low), np.log10(high), steps)
