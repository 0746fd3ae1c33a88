"""The exponent was i / steps, so that the last rate stays below `high`; n rates have n - 1 gaps.

loses: five_rates_by_hand, rates_grow_exponentially, both_ends_are_tried, two_steps_are_the_two_ends
"""

import numpy as np


def sweep_rates(low, high, steps):
    return low * (high / low) ** (np.arange(steps) / steps)
