"""This is l2: the squares of the weights and twice the weights; l1 takes absolute values.

loses: penalty_is_the_sum_of_absolute_values, gradient_is_the_slope_of_the_penalty
"""


def l1_penalty(w, factor):
    return factor * np.sum(w**2), 2 * factor * w
