"""The number under the root is so large that the lengths are wrong: 1e-12 is enough to keep the
root away from 0.

loses: penalty_is_the_sum_of_lengths
"""


def group_lasso(w, factor):
    return factor * ops.sum(ops.sqrt(ops.sum(ops.square(w), axis=0) + 1.0))
