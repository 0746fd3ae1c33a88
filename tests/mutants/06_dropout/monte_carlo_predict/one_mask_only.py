"""Only the first mask was used, over and over: that is one sub-network, not an ensemble.

loses: probabilities_are_averaged, every_mask_is_used_once
"""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, uniforms[0])) for u in uniforms])
    return each.mean(axis=0), each.std(axis=0)
