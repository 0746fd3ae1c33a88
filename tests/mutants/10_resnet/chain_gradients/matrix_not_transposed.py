"""The gradient was multiplied by W as in the forward pass; on the way back it is W transposed.

loses: plain_gradients_are_products, skips_add_the_identity
"""


def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights[::-1]:
        g = found[-1]
        found.append(g + g @ w if skip else g @ w)
    return np.stack(found[::-1])
