"""The steps were counted from 1, so that `low` itself is never tried; the first rate is `low`.

loses: five_rates_by_hand, rates_grow_exponentially, both_ends_are_tried, two_steps_are_the_two_ends
"""

import numpy as np


def sweep_rates(low, high, steps):
    return low * (high / low) ** (np.arange(1, steps + 1) / steps)
