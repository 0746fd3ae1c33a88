"""A loss equal to the best was taken for an improvement; it has to be lower.

loses: eight_epochs_by_hand, equal_is_no_improvement
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss <= best:
            best, count = loss, 0
        else:
            count += 1
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
