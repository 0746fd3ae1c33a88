"""The lengths were averaged over the neurons; the penalty is their sum.

loses: penalty_is_the_sum_of_lengths, two_neurons_by_hand, fit_shortens_each_neuron_alike
"""


def group_lasso(w, factor):
    return factor * ops.mean(ops.sqrt(ops.sum(ops.square(w), axis=0) + 1e-12))
