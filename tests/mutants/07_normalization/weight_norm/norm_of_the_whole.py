"""All weights were divided by one length; each unit, the last axis, has a length of its own.

loses: each_unit_has_its_length, a_triangle_by_hand
"""


def weight_norm(v, g):
    return g * v / ops.sqrt(ops.sum(ops.square(v)))
