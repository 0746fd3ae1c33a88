def residual_sum(x, w1, b1, w2, b2):
    f = np.maximum(x @ w1 + b1, 0) @ w2 + b2
    return np.maximum(np.mean([x, f], axis=0), 0)
