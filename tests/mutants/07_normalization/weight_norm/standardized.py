"""The weights were standardized, mean 0 and variance 1 (weight standardization); weight norm
divides by the length and leaves the mean.

loses: each_unit_has_its_length, a_triangle_by_hand
"""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    return g * standardize(v, axes, 1e-7)
