"""The sum was written into x itself: whoever reads the input afterwards reads the sum.

loses: input_is_not_overwritten
"""


def residual_sum(x, w1, b1, w2, b2):
    x += np.maximum(x @ w1 + b1, 0) @ w2 + b2
    return np.maximum(x, 0)
