"""`rate` was taken for the probability of keeping a weight.

loses: weights_are_dropped, rate_zero_is_dense
"""


def drop_connect(x, kernel, bias, u, rate):
    return x @ ops.where(u < rate, kernel / max(rate, 1e-6), 0.0) + bias
