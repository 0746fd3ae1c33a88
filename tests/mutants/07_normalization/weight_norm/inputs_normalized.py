"""The norm was taken over the units, for each input; it runs over the inputs, for each unit.

loses: each_unit_has_its_length, a_triangle_by_hand
"""


def weight_norm(v, g):
    return g * v / ops.sqrt(ops.sum(ops.square(v), axis=-1, keepdims=True))
