import numpy as np


def plateau_rates(losses, initial, factor, patience):
    first, waited, rates = losses[0], 0, [initial]
    for loss in losses[1:]:
        rates.append(rates[-1] * factor if waited == patience else rates[-1])
        waited = 0 if waited == patience else waited
        waited = 0 if loss < first else waited + 1
    return np.array(rates)
