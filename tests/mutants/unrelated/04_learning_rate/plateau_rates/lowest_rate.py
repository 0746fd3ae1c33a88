"""The rate is cut to a millionth, and no further."""

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
            rate, count = max(rate * factor, 1e-6), 0
    return np.array(rates)
