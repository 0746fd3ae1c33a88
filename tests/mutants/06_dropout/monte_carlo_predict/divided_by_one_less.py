"""The sum of squares was divided by the number of masks minus one: with one mask that is 0 / 0.

loses: spread_is_the_standard_deviation, one_mask_has_no_spread
"""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, u)) for u in uniforms])
    return each.mean(axis=0), each.std(axis=0, ddof=1)
