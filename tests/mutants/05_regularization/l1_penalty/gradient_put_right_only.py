"""The gradient is mended; the penalty still has UvA's factor 1/2, which the gradient does not fit.

loses: penalty_is_the_sum_of_absolute_values, four_weights_by_hand
"""


def l1_penalty(w, factor):
    penalty = factor / 2 * np.sum(np.abs(w))
    gradient = factor * np.sign(w)
    return penalty, gradient
