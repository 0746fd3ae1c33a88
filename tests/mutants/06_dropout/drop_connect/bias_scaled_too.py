"""The whole output was divided by 1 - rate, and the bias with it; no mask has touched the bias.

loses: bias_is_never_dropped, average_over_masks_is_dense
"""


def drop_connect(x, kernel, bias, u, rate):
    return (x @ ops.where(u >= rate, kernel, 0.0) + bias) / (1 - rate)
