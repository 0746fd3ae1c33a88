"""After the peak the rate fell on a straight line, CityU's linear decay; the cosine falls slowly,
then fast, then slowly.

loses: nine_steps_by_hand, rates_follow_warm_up_and_cosine, no_warm_up_is_plain_cosine
"""


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return peak * (1 - part)
