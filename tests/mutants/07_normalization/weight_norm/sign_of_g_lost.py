"""The sign of g was lost: a negative g turns the unit round, against v.

loses: each_unit_has_its_length, one_input_leaves_the_sign
"""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return v * (ops.abs(g) / ops.sqrt(ops.sum(ops.square(v), axis=axes)))
