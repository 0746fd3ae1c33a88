import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rates, best, last = [initial], np.inf, -1
    for epoch, loss in enumerate(losses[:-1]):
        rates.append(rates[-1])
        if best - loss > 1e-3:
            best, last = loss, epoch
        elif epoch - last == patience:
            rates[-1] *= factor
            last = epoch
    return np.array(rates)
