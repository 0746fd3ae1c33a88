"""The penalty has a factor 1/2 in front of it, as on UvA's slides; Keras' `L2`, and this lab,
multiply the plain sum of squares.

loses: penalty_is_added_once_to_the_mean, every_kernel_has_its_gradient, two_losses_and_two_weights_by_hand
"""


def l2_objective(losses, kernels, factor):
    penalty = factor / 2 * sum(np.sum(w**2) for w in kernels)
    return np.mean(losses) + penalty, [factor * w for w in kernels]
