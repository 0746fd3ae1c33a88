"""The lengths of the kernels were added, not their squares: l2 penalizes the sum of the squared
weights.

loses: penalty_is_added_once_to_the_mean, two_losses_and_two_weights_by_hand
"""


def l2_objective(losses, kernels, factor):
    penalty = factor * sum(np.sqrt(np.sum(w**2)) for w in kernels)
    return np.mean(losses) + penalty, [2 * factor * w for w in kernels]
