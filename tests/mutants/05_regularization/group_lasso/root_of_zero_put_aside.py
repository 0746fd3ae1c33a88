"""The root of 0 is still taken, and put aside afterwards: where fit runs compiled, as on a GPU,
its infinite slope is multiplied by 0 all the same, and that is NaN; see that the root itself never
meets a 0.

loses: neuron_of_zeros_does_no_harm
"""


def group_lasso(w, factor):
    squares = ops.sum(ops.square(w), axis=0)
    return factor * ops.sum(ops.where(squares > 0, ops.sqrt(squares), 0.0))
