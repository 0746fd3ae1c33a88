"""One number an input was taken from u: whole inputs fall, with all of their weights.

loses: weights_are_dropped, four_weights_by_hand
"""


def drop_connect(x, kernel, bias, u, rate):
    keep = u[:, 0] >= rate  # (inputs,)
    return ops.where(keep, x / (1 - rate), 0.0) @ kernel + bias
