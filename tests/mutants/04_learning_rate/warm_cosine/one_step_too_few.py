"""The cosine divided by one step too few, T - 1, and is at 0 one step early; step T itself is the
first with the rate 0.

loses: rates_follow_warm_up_and_cosine, no_warm_up_is_plain_cosine, rate_stays_at_zero_after_the_end
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min((t - warm_up) / (steps - warm_up - 1), 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
