import numpy as np


def warm_cosine(t, peak, steps, warm_up):
    ramp = np.arange(1, warm_up + 1) / (warm_up + 1)
    if t < len(ramp):
        return peak * ramp[t]
    angle = np.linspace(0, 180, steps - warm_up + 1)[min(t, steps) - warm_up]
    return peak / 2 + peak / 2 * np.cos(angle)
