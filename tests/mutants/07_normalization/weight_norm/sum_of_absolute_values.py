"""The weights were divided by the sum of their absolute values; the length is the root of the sum
of squares.

loses: each_unit_has_its_length, a_triangle_by_hand
"""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return g * v / ops.sum(ops.abs(v), axis=axes)
