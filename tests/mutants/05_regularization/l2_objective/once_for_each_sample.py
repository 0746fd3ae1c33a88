"""The penalty is added once for each sample, inside the sum: a larger batch pays more; it is added
once to the mean.

loses: penalty_is_added_once_to_the_mean, two_losses_and_two_weights_by_hand, batch_of_one_pays_the_same_penalty
"""


def l2_objective(losses, kernels, factor):
    penalty = factor * sum(np.sum(w**2) for w in kernels)
    return np.mean(losses) + len(losses) * penalty, [2 * factor * w for w in kernels]
