"""The cosine divided by all steps, so that at the end it has not arrived at 0; it has steps -
warm_up of them.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, half_way_is_half_the_peak
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min((t - warm_up) / steps, 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
