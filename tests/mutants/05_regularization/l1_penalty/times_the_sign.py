"""The gradient is the weight times its sign, or the weight itself: that of l1 has the same size
for every weight.

loses: gradient_is_the_slope_of_the_penalty
"""


def l1_penalty(w, factor):
    return factor * np.sum(np.abs(w)), factor * w
