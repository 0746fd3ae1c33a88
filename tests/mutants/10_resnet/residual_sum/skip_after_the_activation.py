"""The skip starts behind the first layer: the name `x` was overwritten, and what was added is
not the input any more.

loses: input_and_branch_are_added, silent_branch_leaves_the_input, one_unit_by_hand
"""


def residual_sum(x, w1, b1, w2, b2):
    x = ops.relu(x @ w1 + b1)
    return ops.relu(x + x @ w2 + b2)
