"""The layers were passed from the first to the last; the gradient meets the last layer first.

loses: plain_gradients_are_products, skips_add_the_identity
"""


def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights:
        g = found[-1]
        found.append(g + g @ w.T if skip else g @ w.T)
    return np.stack(found[::-1])
