"""The ReLU behind the sum is missing.

loses: input_and_branch_are_added, one_unit_by_hand
"""


def residual_sum(x, w1, b1, w2, b2):
    return x + ops.relu(x @ w1 + b1) @ w2 + b2
