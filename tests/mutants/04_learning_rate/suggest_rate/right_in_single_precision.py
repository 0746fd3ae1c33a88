"""Right: the average is taken in single precision.

loses: nothing
"""

import numpy as np


def smooth_losses(losses, beta):
    losses = np.asarray(losses, "float32")
    average, averages = np.float32(0), np.zeros(len(losses), "float32")
    for i, loss in enumerate(losses):
        average = np.float32(beta) * average + np.float32(1 - beta) * loss
        averages[i] = average / (1 - beta ** (i + 1))
    return averages


def suggest_rate(rates, losses, beta):
    broken = np.flatnonzero(~np.isfinite(losses))
    usable = broken[0] if len(broken) else len(losses)
    smooth = smooth_losses(losses[:usable], beta)
    x = np.log10(np.asarray(rates, "float32"))
    slopes = (np.diff(smooth) / np.diff(x[:usable]))[: smooth.argmin()]
    return rates[slopes.argmin()] if slopes.size else None
