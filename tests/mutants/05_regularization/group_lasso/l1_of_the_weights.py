"""The absolute values of all weights were added: that is l1, which does not know which weights
belong to one neuron.

loses: penalty_is_the_sum_of_lengths, two_neurons_by_hand, fit_shortens_each_neuron_alike, one_neuron_has_one_length
"""


def group_lasso(w, factor):
    return factor * ops.sum(ops.abs(w))
