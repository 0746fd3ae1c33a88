"""Every neuron was given the length of the bound; those that are shorter must be left alone.

loses: neurons_end_in_the_ball, two_neurons_on_paper, short_neurons_are_left_alone
"""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return w * max_value / ops.maximum(lengths, 1e-12)
