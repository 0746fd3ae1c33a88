def residual_sum(x, w1, b1, w2, b2):
    hidden = np.maximum(0, np.dot(x, w1) + b1)
    f = np.dot(hidden, w2) + b2
    return np.add(f, x)
