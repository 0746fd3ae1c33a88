"""The softmax runs over the samples (axis 0) instead of the classes."""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, u), axis=0) for u in uniforms])
    return each.mean(axis=0), each.std(axis=0)
