"""A loss of NaN became the best loss, and no later one is lower than NaN; count such an epoch as
one without improvement.

loses: nan_is_no_improvement
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss >= best:
            count += 1
        else:
            best, count = loss, 0
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
