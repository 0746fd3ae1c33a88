"""Each length was multiplied by the root of the number of inputs, as the paper does; this lab's
formula adds the plain lengths.

loses: penalty_is_the_sum_of_lengths, two_neurons_by_hand, fit_shortens_each_neuron_alike
"""


def group_lasso(w, factor):
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=0) + 1e-12)
    return factor * w.shape[0] ** 0.5 * ops.sum(lengths)
