"""The mean was taken over the samples of the batch (axis 1) instead of the masks (axis 0).

loses: probabilities_are_averaged
"""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, u)) for u in uniforms])
    return each.mean(axis=1), each.std(axis=1)
