"""The factor 1/2 was forgotten: 1 + cos lies between 0 and 2.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, peak_is_reached, half_way_is_half_the_peak
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return peak * (1 + math.cos(math.pi * part))
