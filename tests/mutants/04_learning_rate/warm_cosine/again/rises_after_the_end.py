import numpy as np


def warm_cosine(t, peak, steps, warm_up):
    ramp = np.arange(1, warm_up + 1) / (warm_up + 1)
    if t < len(ramp):
        return peak * ramp[t]
    angle = np.pi * (t - warm_up) / (steps - warm_up)
    return peak * np.cos(angle / 2) ** 2
