"""After the last step the cosine went on and the rate rose again; it stays at 0.

loses: rate_stays_at_zero_after_the_end
"""

import math


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = (t - warm_up) / (steps - warm_up)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
