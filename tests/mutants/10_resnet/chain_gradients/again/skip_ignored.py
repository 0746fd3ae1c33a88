def chain_gradients(weights, gradient, skip):
    found = [np.asarray(gradient)]
    for layer in range(len(weights), 0, -1):
        found = [np.dot(weights[layer - 1], found[0].T).T, *found]
    return np.stack(found)
