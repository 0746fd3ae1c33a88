"""The weights that survive were not scaled, so that the mean is not that of the dense layer.

loses: the_rest_is_a_dense_layer, average_over_masks_is_dense
"""


def drop_connect(x, kernel, bias, u, rate):
    return x @ ops.where(u >= rate, kernel, 0.0) + bias
