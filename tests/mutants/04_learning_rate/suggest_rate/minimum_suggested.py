"""The rate with the lowest loss was suggested; there it is about to leave, so look for the
steepest fall before it.

loses: six_losses_by_hand, steepest_fall_is_suggested
"""

import numpy as np


def smooth_losses(losses, beta):
    average, averages = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        averages.append(average / (1 - beta ** (i + 1)))
    return np.array(averages)


def suggest_rate(rates, losses, beta):
    smooth = smooth_losses(losses[np.isfinite(losses)], beta)
    lowest = np.argmin(smooth)
    return None if lowest == 0 else rates[lowest]
