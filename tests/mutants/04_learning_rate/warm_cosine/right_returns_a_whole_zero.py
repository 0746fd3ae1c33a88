"""Right: the whole number 0 after the end.

loses: nothing
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t >= steps:
        return 0
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    angle = math.pi * (t - warm_up) / (steps - warm_up)
    return peak * (1 + math.cos(angle)) / 2
