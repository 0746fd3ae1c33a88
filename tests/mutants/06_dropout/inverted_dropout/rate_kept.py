"""`rate` was taken for the probability of keeping, in the mask and in the factor.

loses: the_same_units_survive
"""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    return ops.where(u < rate, x / rate, 0.0)
