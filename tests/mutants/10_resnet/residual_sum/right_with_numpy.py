"""Right: NumPy, and the ReLU as a product.

loses: nothing
"""


def residual_sum(x, w1, b1, w2, b2):
    hidden = np.dot(x, w1) + b1
    total = x + np.dot(hidden * (hidden > 0), w2) + b2
    return total * (total > 0)
