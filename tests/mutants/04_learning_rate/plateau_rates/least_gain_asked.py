"""A new best had to be lower by a least difference, as Keras has one by default; here any loss lower
than the best is an improvement.

loses: falling_losses_keep_the_rate
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss < best - 1e-4:
            best, count = loss, 0
        else:
            count += 1
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
