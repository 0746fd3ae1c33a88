def residual_sum(x, w1, b1, w2, b2):
    hidden = np.maximum(x @ w1 + b1, 0)
    np.add(x, hidden @ w2 + b2, out=x)
    return x * (x > 0)
