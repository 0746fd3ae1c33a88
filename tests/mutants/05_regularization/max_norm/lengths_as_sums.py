"""The length was taken as the sum of absolute values; the ball is that of the Euclidean length.

loses: neurons_end_in_the_ball, two_neurons_on_paper
"""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sum(ops.abs(w), axis=axes, keepdims=True)
    return w * ops.minimum(1.0, max_value / ops.maximum(lengths, 1e-12))
