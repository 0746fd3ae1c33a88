"""The averages start at 0 and were not corrected for it, so that the curve begins far too low;
divide by 1 - beta^(i + 1).

loses: three_losses_are_smoothed_by_hand, losses_are_smoothed_without_bias, constant_losses_stay
"""

import numpy as np


def smooth_losses(losses, beta):
    average, averages = 0.0, []
    for loss in losses:
        average = beta * average + (1 - beta) * loss
        averages.append(average)
    return np.array(averages)


def suggest_rate(rates, losses, beta):
    broken = np.flatnonzero(~np.isfinite(losses))
    usable = broken[0] if len(broken) else len(losses)
    smooth = smooth_losses(losses[:usable], beta)
    lowest = np.argmin(smooth)
    if lowest == 0:
        return None
    slopes = np.diff(smooth[: lowest + 1]) / np.diff(np.log(rates[: lowest + 1]))
    return rates[np.argmin(slopes)]
