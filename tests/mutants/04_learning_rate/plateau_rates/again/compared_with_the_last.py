import numpy as np


def plateau_rates(losses, initial, factor, patience):
    better = [b < a for a, b in zip([np.inf, *losses], losses)]
    rates, waited = [initial], 0
    for improved in better[:-1]:
        waited = 0 if improved else waited + 1
        cut = waited >= patience
        rates.append(rates[-1] * (factor if cut else 1))
        waited = 0 if cut else waited
    return np.array(rates)
