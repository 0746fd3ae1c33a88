"""Right: skip and branch as a single product, [x, hidden] times [I; W2].

loses: nothing
"""


def residual_sum(x, w1, b1, w2, b2):
    hidden = np.maximum(np.float64(x) @ w1 + b1, 0)
    both = np.concatenate([x, hidden], axis=1)
    return np.maximum(both @ np.concatenate([np.eye(x.shape[1]), w2]) + b2, 0)
