"""`skip` plays no part: these are the gradients of the plain chain.

loses: three_slopes_by_hand, skips_add_the_identity
"""


def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights[::-1]:
        found.append(found[-1] @ w.T)
    return np.stack(found[::-1])
