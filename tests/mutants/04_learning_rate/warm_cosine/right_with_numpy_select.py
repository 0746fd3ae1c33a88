"""Right: all three cases at once, with NumPy.

loses: nothing
"""

import numpy as np


def warm_cosine(t, peak, steps, warm_up):
    part = np.clip((t - warm_up) / (steps - warm_up), 0, 1)
    falling = peak * np.cos(np.pi / 2 * part) ** 2
    rising = peak * (t + 1) / (warm_up + 1)
    return np.where(t < warm_up, rising, falling)
