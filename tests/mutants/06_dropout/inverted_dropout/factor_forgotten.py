"""The survivors were not scaled: in training the next layer sees less than in test.

loses: survivors_are_scaled, four_units_at_one_half
"""


def inverted_dropout(x, u, rate, training):
    return ops.where(u >= rate, x, 0.0) if training else x
