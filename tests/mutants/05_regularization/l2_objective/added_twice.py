"""The penalty is in the objective twice; it is added once, whatever the number of kernels or
samples.

loses: penalty_is_added_once_to_the_mean, two_losses_and_two_weights_by_hand, batch_of_one_pays_the_same_penalty
"""


def l2_objective(losses, kernels, factor):
    objective = np.mean(losses)
    penalty, gradients = 0.0, []
    for w in kernels:
        penalty += factor * np.sum(w**2)
        objective = objective + factor * np.sum(w**2)
        gradients.append(2 * factor * w)
    return objective + penalty, gradients
