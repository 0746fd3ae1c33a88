"""The cosine went on with the step's own number t, so that it does not begin at the peak; its
clock starts at 0 when the warm-up is over, t - warm_up of steps - warm_up.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, peak_is_reached, half_way_is_half_the_peak
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min(t / steps, 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
