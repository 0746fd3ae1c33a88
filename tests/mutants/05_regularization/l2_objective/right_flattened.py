"""Right: all weights in one long vector, multiplied by itself, in float64.

loses: nothing
"""


def l2_objective(losses, kernels, factor):
    flat = np.concatenate([np.ravel(w) for w in kernels]).astype("float64")
    return np.sum(losses) / len(losses) + factor * flat @ flat, [factor * (w + w) for w in kernels]
