def chain_gradients(weights, gradient, skip):
    g, found = gradient, [gradient]
    for layer in range(len(weights)):
        g = np.einsum("bj,ij->bi", g, weights[layer]) + (g if skip else 0)
        found.insert(0, g)
    return np.array(found)
