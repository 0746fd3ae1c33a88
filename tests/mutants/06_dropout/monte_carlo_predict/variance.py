"""The spread is the variance; take its root, so that it has the unit of a probability.

loses: spread_is_the_standard_deviation, two_masks_by_hand
"""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, u)) for u in uniforms])
    return each.mean(axis=0), each.var(axis=0)
