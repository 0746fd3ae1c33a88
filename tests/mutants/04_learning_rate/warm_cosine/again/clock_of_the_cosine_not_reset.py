import numpy as np


def warm_cosine(t, peak, steps, warm_up):
    ramp = np.arange(1, warm_up + 1) / (warm_up + 1)
    if t < len(ramp):
        return peak * ramp[t]
    angles = np.linspace(0, np.pi, steps + 1)
    return peak / 2 + peak / 2 * np.cos(angles[min(t, steps)])
