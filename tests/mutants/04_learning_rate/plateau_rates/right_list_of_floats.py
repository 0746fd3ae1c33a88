"""Right: a plain list comes back, and the last epoch that mattered is kept instead of a count.

loses: nothing
"""

import math


def plateau_rates(losses, initial, factor, patience):
    rates, best, last = [initial], math.inf, -1
    for epoch, loss in enumerate(losses[:-1]):
        rates.append(rates[-1])
        if loss < best:
            best, last = loss, epoch
        elif epoch - last == patience:
            rates[-1] *= factor
            last = epoch
    return rates
