"""The best loss stayed that of the first epoch, so that any loss below it passed for an
improvement; a new best has to be remembered.

loses: eight_epochs_by_hand, noisy_losses_are_followed
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, losses[0], -1, []
    for loss in losses:
        rates.append(rate)
        if loss < best:
            count = 0
        else:
            count += 1
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
