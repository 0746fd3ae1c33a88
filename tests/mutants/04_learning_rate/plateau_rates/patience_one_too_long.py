"""The rate was cut only when more than `patience` epochs in a row brought no new best; `patience`
of them are enough.

loses: eight_epochs_by_hand, noisy_losses_are_followed, patience_of_one_waits_one_epoch, equal_is_no_improvement
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
        if count > patience:
            rate, count = rate * factor, 0
    return np.array(rates)
