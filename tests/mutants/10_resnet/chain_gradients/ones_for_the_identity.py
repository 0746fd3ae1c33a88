"""A 1 was added to every entry of the matrix; the 1 of 1 + f' is the identity matrix.

loses: skips_add_the_identity, a_dead_layer_stops_only_the_plain_chain
"""


def chain_gradients(weights, gradient, skip):
    found = [gradient]
    for w in weights[::-1]:
        found.append(found[-1] @ (w + 1 if skip else w).T)
    return np.stack(found[::-1])
