"""The angle went through a whole turn, 2 pi, so that the rate rises again in the second half; half
a turn, pi, leads from the peak to 0.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, half_way_is_half_the_peak, no_warm_up_is_plain_cosine
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return 0.5 * peak * (1 + math.cos(2 * math.pi * part))
