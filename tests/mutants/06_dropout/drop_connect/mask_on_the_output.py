"""The mask was put on the outputs: that is dropout of units. DropConnect drops weights.

loses: weights_are_dropped, four_weights_by_hand
"""


def drop_connect(x, kernel, bias, u, rate):
    y = x @ kernel + bias  # (batch, units)
    keep = np.resize(u, y.shape) >= rate
    return ops.where(keep, y / (1 - rate), 0.0)
