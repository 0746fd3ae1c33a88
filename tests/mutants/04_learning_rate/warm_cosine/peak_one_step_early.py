"""The warm-up divided t + 1 by warm_up, so that the peak is there one step early, and twice; there
are warm_up + 1 equal steps from 0 to the peak.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, warm_up_grows_from_its_first_step, peak_is_reached
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / warm_up
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
