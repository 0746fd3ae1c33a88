"""The gradient lacks the factor 2 that comes of the square: the slope of factor * w^2 is 2 *
factor * w.

loses: every_kernel_has_its_gradient, two_losses_and_two_weights_by_hand
"""


def l2_objective(losses, kernels, factor):
    penalty = factor * sum(np.sum(w**2) for w in kernels)
    return np.mean(losses) + penalty, [factor * w for w in kernels]
