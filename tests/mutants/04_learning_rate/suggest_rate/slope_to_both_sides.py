"""The slope was taken over both neighbours, as np.gradient does; only the fall from s_i to s_(i + 1)
is the work of rate i.

loses: steepest_fall_is_suggested
"""

import numpy as np


def smooth_losses(losses, beta):
    average, averages = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        averages.append(average / (1 - beta ** (i + 1)))
    return np.array(averages)


def suggest_rate(rates, losses, beta):
    broken = np.flatnonzero(~np.isfinite(losses))
    usable = broken[0] if len(broken) else len(losses)
    smooth = smooth_losses(losses[:usable], beta)
    lowest = np.argmin(smooth)
    if lowest == 0:
        return None
    slopes = np.gradient(smooth, np.log(rates[:usable]))[: lowest + 1]
    return rates[np.argmin(slopes)]
