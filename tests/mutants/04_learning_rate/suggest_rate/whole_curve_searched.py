"""Falls after the minimum were counted too; where the loss has left, it may jump down from great
heights.

loses: what_comes_after_the_minimum_is_ignored
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
    slopes = np.diff(smooth) / np.diff(np.log(rates[:usable]))
    return rates[np.argmin(slopes)] if slopes.min() < 0 else None
