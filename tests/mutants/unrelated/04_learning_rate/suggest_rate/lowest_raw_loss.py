"""The minimum is that of the raw losses, the slopes are those of the smoothed ones."""

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
    lowest = np.argmin(losses[:usable])
    if lowest == 0:
        return None
    slopes = np.diff(smooth[: lowest + 1]) / np.diff(np.log(rates[: lowest + 1]))
    return rates[np.argmin(slopes)]
