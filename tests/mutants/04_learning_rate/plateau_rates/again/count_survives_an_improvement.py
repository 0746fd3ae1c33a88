import numpy as np


def plateau_rates(losses, initial, factor, patience):
    best, bad = np.inf, [0]
    for loss in losses[:-1]:
        bad.append(bad[-1] + (not loss < best))
        best = loss if loss < best else best
    return initial * factor ** (np.array(bad) // patience)
