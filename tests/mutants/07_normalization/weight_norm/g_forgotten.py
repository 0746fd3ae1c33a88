"""Each unit has length 1 and not g: the factor g is missing.

loses: each_unit_has_its_length, a_triangle_by_hand
"""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return v / ops.sqrt(ops.sum(ops.square(v), axis=axes))
