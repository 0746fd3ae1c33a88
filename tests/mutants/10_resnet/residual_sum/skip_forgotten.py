"""x was not added: this is a plain block of two layers.

loses: input_and_branch_are_added, silent_branch_leaves_the_input, one_unit_by_hand
"""


def residual_sum(x, w1, b1, w2, b2):
    hidden = ops.relu(x @ w1 + b1)
    return ops.relu(hidden @ w2 + b2)
