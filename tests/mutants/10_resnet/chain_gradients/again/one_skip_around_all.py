def chain_gradients(weights, gradient, skip):
    products = np.zeros((len(weights) + 1, *gradient.shape))
    products[-1] = gradient
    for layer in reversed(range(len(weights))):
        products[layer] = products[layer + 1] @ weights[layer].T
    if skip:
        products[:-1] += gradient
    return products
