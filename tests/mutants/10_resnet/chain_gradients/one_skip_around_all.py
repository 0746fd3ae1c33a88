"""A single skip around the whole chain was counted, 1 + f1' f2' f3'; here every layer has one of
its own.

loses: three_slopes_by_hand, skips_add_the_identity
"""


def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights[::-1]:
        found.append(found[-1] @ w.T)
    if skip:
        found = [gradient] + [g + gradient for g in found[1:]]
    return np.stack(found[::-1])
