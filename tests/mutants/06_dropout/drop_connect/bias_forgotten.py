"""The bias was left out.

loses: bias_is_never_dropped, rate_zero_is_dense
"""


def drop_connect(x, kernel, bias, u, rate):
    return x @ ops.where(u >= rate, kernel / (1 - rate), 0.0)
