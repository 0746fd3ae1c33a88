"""Only the NaN and infinite losses themselves were left out; from the first of them on, all are:
what comes back after a loss was lost says nothing.

loses: losses_after_a_nan_are_ignored
"""

import numpy as np


def smooth_losses(losses, beta):
    average, averages = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        averages.append(average / (1 - beta ** (i + 1)))
    return np.array(averages)


def suggest_rate(rates, losses, beta):
    finite = np.isfinite(losses)
    rates, losses = rates[finite], losses[finite]
    smooth = smooth_losses(losses, beta)
    lowest = np.argmin(smooth)
    if lowest == 0:
        return None
    slopes = np.diff(smooth[: lowest + 1]) / np.diff(np.log(rates[: lowest + 1]))
    return rates[np.argmin(slopes)]
