"""The warm-up divided t by warm_up + 1: it begins at 0 and grows one step behind; t + 1 belongs
above the line.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, warm_up_grows_from_its_first_step
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * t / (warm_up + 1)
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
