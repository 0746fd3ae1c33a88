"""Right: the sum of the weights is kept beside the average.

loses: nothing
"""

import numpy as np


def smooth_losses(losses, beta):
    total, weight, averages = 0.0, 0.0, []
    for loss in losses:
        total, weight = beta * total + loss, beta * weight + 1
        averages.append(total / weight)
    return averages


def suggest_rate(rates, losses, beta):
    finite = np.isfinite(losses)
    count = len(losses) if finite.all() else finite.argmin()
    smooth = np.array(smooth_losses(losses[:count], beta))
    slopes = (np.diff(smooth) / np.diff(np.log10(rates[:count])))[: smooth.argmin()]
    return None if slopes.size == 0 else float(rates[slopes.argmin()])
