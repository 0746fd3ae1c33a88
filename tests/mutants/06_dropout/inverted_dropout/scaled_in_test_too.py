"""In test the output was multiplied by 1 - rate as well: the training side has taken care of that
already.

loses: test_changes_nothing
"""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x * (1 - rate)
    return ops.where(u >= rate, x / (1 - rate), 0.0)
