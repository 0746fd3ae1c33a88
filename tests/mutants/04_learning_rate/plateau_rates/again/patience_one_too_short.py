import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rates, best, left = [initial], np.inf, patience
    for loss in losses[:-1]:
        better = loss < best
        best = loss if better else best
        left = patience - 1 if better else left - 1
        cut = left <= 0 and not better
        rates.append(rates[-1] * factor if cut else rates[-1])
        left = patience - 1 if cut else left
    return np.array(rates)
