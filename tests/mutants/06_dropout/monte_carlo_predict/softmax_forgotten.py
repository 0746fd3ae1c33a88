"""The logits were averaged, with no softmax: these are not probabilities.

loses: probabilities_are_averaged, one_mask_has_no_spread
"""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([forward(x, u) for u in uniforms])
    return each.mean(axis=0), each.std(axis=0)
