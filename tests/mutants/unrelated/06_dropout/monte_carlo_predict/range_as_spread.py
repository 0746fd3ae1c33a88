"""The spread is the largest probability minus the smallest."""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, u)) for u in uniforms])
    return each.mean(axis=0), each.max(axis=0) - each.min(axis=0)
