"""The rate was cut one epoch early: the epoch with the best loss was counted as well, or the count
compared with patience - 1.

loses: eight_epochs_by_hand, noisy_losses_are_followed, equal_is_no_improvement
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss < best:
            best, count = loss, 1
        else:
            count += 1
            if count >= patience:
                rate, count = rate * factor, 1
    return np.array(rates)
