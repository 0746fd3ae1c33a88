"""The lengths were taken along the last axis, one for each input; it is the last axis that numbers
the neurons.

loses: neurons_end_in_the_ball, two_neurons_on_paper, filter_has_one_length
"""


def max_norm(w, max_value):
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=-1, keepdims=True))
    return w * ops.minimum(1.0, max_value / ops.maximum(lengths, 1e-12))
