"""Penalty and gradient fit each other, but both have UvA's factor 1/2: Keras' `L1`, and this lab,
multiply the plain sum.

loses: penalty_is_the_sum_of_absolute_values, gradient_is_the_slope_of_the_penalty, four_weights_by_hand
"""


def l1_penalty(w, factor):
    return factor / 2 * np.sum(np.abs(w)), factor / 2 * np.sign(w)
