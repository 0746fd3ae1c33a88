"""The spread is divided by the root of the number of masks."""


def monte_carlo_predict(forward, x, uniforms):
    each = np.stack([ops.softmax(forward(x, u)) for u in uniforms])
    return each.mean(axis=0), each.std(axis=0) / np.sqrt(len(uniforms))
