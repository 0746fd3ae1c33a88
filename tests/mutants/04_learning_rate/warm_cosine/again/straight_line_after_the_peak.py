import numpy as np


def warm_cosine(t, peak, steps, warm_up):
    ramp = np.arange(1, warm_up + 1) / (warm_up + 1)
    if t < len(ramp):
        return peak * ramp[t]
    return float(np.interp(t, [warm_up, steps], [peak, 0]))
