def chain_gradients(weights, gradient, skip):
    g, found = gradient, [gradient]
    for layer in range(len(weights) - 1, -1, -1):
        step = np.einsum("bj,ij->bi", g, weights[layer])
        g = np.add(g, step, out=g) if skip else step
        found.insert(0, g)
    return np.array(found)
