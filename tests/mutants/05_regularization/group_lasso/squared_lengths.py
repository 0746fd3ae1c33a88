"""The lengths were squared: that is l2, which pulls less and less; group lasso adds the lengths
themselves.

loses: penalty_is_the_sum_of_lengths, two_neurons_by_hand, fit_shortens_each_neuron_alike
"""


def group_lasso(w, factor):
    return factor * ops.sum(ops.sum(ops.square(w), axis=0))
