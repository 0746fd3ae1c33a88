"""In test the output was left as it is: without its factor it is larger than what the next layer
saw in training.

loses: test_gives_the_expected_value, average_over_masks_is_the_test_output
"""


def vanilla_dropout(x, u, rate, training):
    if training:
        return ops.where(u >= rate, x, 0.0)
    return x
