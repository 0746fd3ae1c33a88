"""A weight of exactly zero got a slope of 1: at zero the gradient is 0, or a zero weight would be
pushed away.

loses: zero_stays_zero
"""


def l1_penalty(w, factor):
    return factor * np.sum(np.abs(w)), factor * np.where(w >= 0, 1.0, -1.0)
