"""The absolute values were summed over one axis only: the penalty is one number, whatever the
kernel's shape.

loses: penalty_is_the_sum_of_absolute_values, any_kernel_has_one_penalty
"""


def l1_penalty(w, factor):
    return factor * np.sum(np.abs(w), axis=0), factor * np.sign(w)
