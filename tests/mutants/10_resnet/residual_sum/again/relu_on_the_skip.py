def residual_sum(x, w1, b1, w2, b2):
    f = np.maximum(x @ w1 + b1, 0) @ w2 + b2
    short = np.where(x > 0, x, 0)
    return np.maximum(short + f, 0)
