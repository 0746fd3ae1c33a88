"""The gradients came out in the order in which they are found; the input's is asked for first.

loses: three_slopes_by_hand, plain_gradients_are_products, skips_add_the_identity, twelve_layers_give_thirteen
"""


def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights[::-1]:
        g = found[-1]
        found.append(g + g @ w.T if skip else g @ w.T)
    return np.stack(found)
