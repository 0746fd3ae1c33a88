"""Each loss was compared with that of the epoch before; it has to be lower than the best of all.

loses: noisy_losses_are_followed, better_than_the_last_is_not_enough
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, last, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss < last:
            count = 0
        else:
            count += 1
        last = loss
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
