"""The count was not set back by a new best, so that bad epochs add up over the whole training;
they have to come in a row.

loses: better_than_the_last_is_not_enough, nan_is_no_improvement
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss < best:
            best = loss
        else:
            count += 1
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
