import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rates, best, last = [initial], np.inf, -1
    for epoch, loss in enumerate(losses[:-1]):
        if loss < best:
            best, last = loss, epoch
        rates.append(rates[-1] * (factor if epoch - last >= patience else 1.0))
    return np.array(rates)
