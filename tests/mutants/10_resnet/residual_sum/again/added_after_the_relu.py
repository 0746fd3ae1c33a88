def residual_sum(x, w1, b1, w2, b2):
    h = x @ w1 + b1
    h = h * (h > 0)
    f = h @ w2 + b2
    return np.where(f > 0, x + f, x)
