"""Each weight was cut off at the bound for itself; it is the neuron's whole vector that is
shortened, in its own direction.

loses: neurons_end_in_the_ball, two_neurons_on_paper
"""


def max_norm(w, max_value):
    return ops.clip(w, -max_value, max_value)
