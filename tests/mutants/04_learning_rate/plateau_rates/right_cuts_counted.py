"""Right: the cuts are counted, and the factor raised to their number.

loses: nothing
"""

import numpy as np


def plateau_rates(losses, initial, factor, patience):
    best, waited, cuts, before = np.inf, 0, 0, []
    for loss in losses:
        before.append(cuts)
        waited = 0 if loss < best else waited + 1
        best = loss if loss < best else best
        cuts, waited = (cuts + 1, 0) if waited == patience else (cuts, waited)
    return initial * factor ** np.array(before, float)
