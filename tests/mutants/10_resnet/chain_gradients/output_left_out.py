"""The gradient at the output is missing: between and around L layers there are L + 1 of them.

loses: three_slopes_by_hand, plain_gradients_are_products, twelve_layers_give_thirteen
"""


def chain_gradients(weights, gradient, skip):
    found = []
    for w in weights[::-1]:
        gradient = gradient + gradient @ w.T if skip else gradient @ w.T
        found.append(gradient)
    return np.stack(found[::-1])
