"""Only the last kernel is in the penalty: each turn of the loop forgot the one before.

loses: penalty_is_added_once_to_the_mean
"""


def l2_objective(losses, kernels, factor):
    gradients = []
    for w in kernels:
        penalty = factor * np.sum(w**2)
        gradients.append(2 * factor * w)
    return np.mean(losses) + penalty, gradients
