"""The epoch that used up the patience was given the new rate itself; its loss is known only when
it has been trained, so the next epoch is the first to have it.

loses: eight_epochs_by_hand, noisy_losses_are_followed, equal_is_no_improvement
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        if loss < best:
            best, count = loss, 0
        else:
            count += 1
        if count == patience:
            rate, count = rate * factor, 0
        rates.append(rate)
    return np.array(rates)
