"""After a cut the count was not set back, so that every further epoch without a new best cuts the
rate again; the patience begins anew.

loses: noisy_losses_are_followed, equal_is_no_improvement
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
        if count >= patience:
            rate = rate * factor
    return np.array(rates)
