"""The gradient has the wrong sign: a step against it must bring a weight nearer to zero.

loses: gradient_is_the_slope_of_the_penalty, negative_weights_are_pulled_up
"""


def l1_penalty(w, factor):
    return factor * np.sum(np.abs(w)), -factor * np.sign(w)
