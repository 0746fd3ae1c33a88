"""The squares were averaged over the weights; the penalty is their sum, so that a larger network
pays more.

loses: penalty_is_added_once_to_the_mean, two_losses_and_two_weights_by_hand
"""


def l2_objective(losses, kernels, factor):
    penalty = factor * sum(np.mean(w**2) for w in kernels)
    return np.mean(losses) + penalty, [2 * factor * w for w in kernels]
