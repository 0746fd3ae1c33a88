"""There was one rate too many: `steps` is the number of rates, not of the gaps between them.

loses: five_rates_by_hand, rates_grow_exponentially, both_ends_are_tried
"""

import numpy as np


def sweep_rates(low, high, steps):
    return low * (high / low) ** (np.arange(steps + 1) / steps)
