def chain_gradients(weights, gradient, skip):
    found = np.empty((len(weights) + 1, *gradient.shape))
    found[0] = gradient
    for i, w in enumerate(reversed(weights), start=1):
        found[i] = np.dot(found[i - 1], w.T)
        if skip:
            found[i] += found[i - 1]
    return found
