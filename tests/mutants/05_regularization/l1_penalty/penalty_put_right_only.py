"""The gradient still divides by the sign: w / sgn(w) is the absolute value, so that negative
weights are pushed away from zero, and 0 / 0 is NaN.

loses: gradient_is_the_slope_of_the_penalty, negative_weights_are_pulled_up, zero_stays_zero
"""


def l1_penalty(w, factor):
    penalty = factor * np.sum(np.abs(w))
    gradient = factor * w / np.sign(w)
    return penalty, gradient
