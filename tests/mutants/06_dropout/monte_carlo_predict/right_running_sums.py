"""Right: sums kept along the way, so that no mask's answer has to be stored.

loses: nothing
"""


def monte_carlo_predict(forward, x, uniforms):
    total, squares = 0.0, 0.0
    for u in uniforms:
        z = np.asarray(forward(x, u), dtype="float64")
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
        total, squares = total + p, squares + p**2
    mean = total / len(uniforms)
    return mean, np.sqrt(np.maximum(squares / len(uniforms) - mean**2, 0))
