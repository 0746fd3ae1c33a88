"""The warm-up began with a rate of 0, so that the first step changes nothing; its first rate is
one step above 0, (t + 1) / (warm_up + 1) of the peak.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, warm_up_grows_from_its_first_step
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * t / warm_up
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
