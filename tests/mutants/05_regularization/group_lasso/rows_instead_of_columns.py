"""The lengths are those of the rows (axis 1), one for each input; a neuron's weights lie along
axis 0, in a column.

loses: penalty_is_the_sum_of_lengths, two_neurons_by_hand, one_input_makes_it_l1, one_neuron_has_one_length
"""


def group_lasso(w, factor):
    return factor * ops.sum(ops.sqrt(ops.sum(ops.square(w), axis=1) + 1e-12))
