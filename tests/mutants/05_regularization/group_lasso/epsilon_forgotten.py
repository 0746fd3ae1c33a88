"""The root of 0 has no finite slope: a neuron of zeros makes the gradient NaN, and fit spreads it;
a tiny number under the root prevents it.

loses: neuron_of_zeros_does_no_harm
"""


def group_lasso(w, factor):
    return factor * ops.sum(ops.sqrt(ops.sum(ops.square(w), axis=0)))
