"""A neuron of zeros was divided by its length, 0 / 0, and became NaN: bound the length from below.

loses: zeros_stay_zeros
"""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return w * ops.clip(lengths, 0.0, max_value) / lengths
