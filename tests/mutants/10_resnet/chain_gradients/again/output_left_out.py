def chain_gradients(weights, gradient, skip):
    found = np.zeros((len(weights), *gradient.shape))
    for layer in reversed(range(len(weights))):
        jacobian = weights[layer] + (np.eye(gradient.shape[1]) if skip else 0)
        gradient = gradient @ jacobian.T
        found[layer] = gradient
    return found
