def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights[::-1]:
        jacobian = w + skip * np.ones_like(w)
        found.insert(0, np.einsum("bo,io->bi", found[0], jacobian))
    return np.stack(found)
