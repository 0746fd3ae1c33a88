"""The scale was taken from the units that happened to survive, not from the probability: the mean
of one batch comes out right, the expected value does not.

loses: survivors_are_scaled, average_over_masks_is_the_input
"""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    keep = u >= rate
    return x * keep / np.maximum(np.mean(keep, axis=-1, keepdims=True), 1e-6)
