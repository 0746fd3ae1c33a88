import numpy as np


def warm_cosine(t, peak, steps, warm_up):
    if t < warm_up:
        return np.linspace(0, peak, warm_up + 1)[t]
    angle = np.linspace(0, np.pi, steps - warm_up + 1)[min(t, steps) - warm_up]
    return peak * np.cos(angle / 2) ** 2
