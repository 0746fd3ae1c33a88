"""v was scaled by g and never divided by its length, so that the length of v still counts.

loses: each_unit_has_its_length, the_length_of_v_plays_no_part
"""


def weight_norm(v, g):
    return g * v
