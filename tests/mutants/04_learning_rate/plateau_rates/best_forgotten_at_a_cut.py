"""After a cut the next loss was taken for a new best, whatever it was; the best of all stays.

loses: better_than_the_last_is_not_enough, equal_is_no_improvement, patience_of_one_waits_one_epoch
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss < best:
            best, count = loss, 0
        else:
            count += 1
        if count == patience:
            rate, best, count = rate * factor, np.inf, 0
    return np.array(rates)
