"""Right: a Jacobian for each layer, and float64.

loses: nothing
"""


def chain_gradients(weights, gradient, skip):
    jacobians = np.float64(weights) + (np.eye(gradient.shape[1]) if skip else 0)
    found = np.empty((len(weights) + 1, *gradient.shape))
    found[-1] = gradient
    for layer in reversed(range(len(weights))):
        found[layer] = np.einsum("bj,ij->bi", found[layer + 1], jacobians[layer])
    return found
