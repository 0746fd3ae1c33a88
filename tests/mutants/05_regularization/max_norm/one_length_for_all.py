"""One length was taken of the whole kernel, so that all neurons shrink together; each neuron has a
length of its own.

loses: neurons_end_in_the_ball, two_neurons_on_paper, filter_has_one_length
"""


def max_norm(w, max_value):
    length = ops.sqrt(ops.sum(ops.square(w)))
    return w * ops.minimum(1.0, max_value / ops.maximum(length, 1e-12))
