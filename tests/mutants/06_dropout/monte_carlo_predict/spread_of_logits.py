"""The spread was taken of the logits instead of the probabilities.

loses: spread_is_at_most_one_half, two_masks_by_hand
"""


def monte_carlo_predict(forward, x, uniforms):
    logits = np.stack([forward(x, u) for u in uniforms])
    each = np.array(ops.softmax(logits))
    return each.mean(axis=0), logits.std(axis=0)
