"""Takes a sigmoid of each logit instead of a softmax."""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.sigmoid(forward(x, u)) for u in uniforms])
    return each.mean(axis=0), each.std(axis=0)
