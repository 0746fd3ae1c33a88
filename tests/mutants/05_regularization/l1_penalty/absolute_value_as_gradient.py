"""The gradient is the absolute value of the weight: it must be the sign, which does not grow with
the weight and is negative for negative weights.

loses: gradient_is_the_slope_of_the_penalty, negative_weights_are_pulled_up
"""


def l1_penalty(w, factor):
    return factor * np.sum(np.abs(w)), factor * np.abs(w)
