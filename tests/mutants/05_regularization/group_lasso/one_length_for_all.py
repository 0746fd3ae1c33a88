"""One length was taken of the whole kernel; group lasso adds one length for each neuron.

loses: penalty_is_the_sum_of_lengths, two_neurons_by_hand, fit_shortens_each_neuron_alike, one_input_makes_it_l1
"""


def group_lasso(w, factor):
    return factor * ops.sqrt(ops.sum(ops.square(w)) + 1e-12)
