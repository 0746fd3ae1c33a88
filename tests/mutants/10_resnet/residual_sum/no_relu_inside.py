"""The ReLU between the two layers is missing: without it they are one linear layer.

loses: input_and_branch_are_added
"""


def residual_sum(x, w1, b1, w2, b2):
    hidden = x @ w1 + b1
    return ops.relu(x + hidden @ w2 + b2)
