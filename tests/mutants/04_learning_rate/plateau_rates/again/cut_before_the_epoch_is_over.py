import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rates, best, last = np.full(len(losses), float(initial)), np.inf, -1
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, last = loss, epoch
        elif epoch - last == patience:
            rates[epoch:] *= factor
            last = epoch
    return rates
