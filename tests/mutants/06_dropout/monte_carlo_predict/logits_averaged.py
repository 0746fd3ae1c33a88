"""The logits were averaged and the softmax taken afterwards: an average of votes is an average of
probabilities.

loses: probabilities_are_averaged, two_masks_by_hand
"""


def monte_carlo_predict(forward, x, uniforms):
    logits = np.stack([forward(x, u) for u in uniforms])
    each = np.array(ops.softmax(logits))
    return np.array(ops.softmax(logits.mean(axis=0))), each.std(axis=0)
