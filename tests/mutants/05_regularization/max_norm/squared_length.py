"""The sum of squares was taken for the length: the root is missing.

loses: neurons_end_in_the_ball, two_neurons_on_paper
"""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sum(ops.square(w), axis=axes, keepdims=True)
    return w * ops.minimum(1.0, max_value / ops.maximum(lengths, 1e-12))
