def chain_gradients(weights, gradient, skip):
    found = np.zeros((len(weights) + 1, *gradient.shape))
    found[-1] = gradient
    for layer in range(len(weights) - 1, -1, -1):
        jacobian = weights[layer] + (np.eye(len(weights[layer])) if skip else 0)
        found[layer] = found[layer + 1] @ jacobian
    return found
