import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rates, best, last = [initial], np.inf, 0
    for epoch, loss in enumerate(losses[:-1]):
        rates.append(rates[-1])
        if loss < best:
            best, last = loss, epoch
        elif epoch - last == patience + 1:
            rates[-1] *= factor
            last = epoch
    return np.array(rates)
