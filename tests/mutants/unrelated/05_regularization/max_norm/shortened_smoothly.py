"""Shortens every neuron a little, long ones more."""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return w * max_value / (max_value + lengths)
