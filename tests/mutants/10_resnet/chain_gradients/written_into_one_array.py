"""Every gradient was written into the same array: the list holds the last one many times over.

loses: three_slopes_by_hand, skips_add_the_identity
"""


def chain_gradients(weights, gradient, skip):
    g = gradient
    found = [g]
    for w in weights[::-1]:
        if skip:
            g += g @ w.T
        else:
            g = g @ w.T
        found.append(g)
    return np.stack(found[::-1])
