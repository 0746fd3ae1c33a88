"""The weights were divided by their length squared: the root is missing.

loses: each_unit_has_its_length, a_triangle_by_hand
"""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return g * v / ops.sum(ops.square(v), axis=axes)
