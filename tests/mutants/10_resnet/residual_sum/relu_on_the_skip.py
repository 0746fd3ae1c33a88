"""x went through a ReLU on its way to the sum; the skip carries it as it is.

loses: input_and_branch_are_added
"""


def residual_sum(x, w1, b1, w2, b2):
    hidden = ops.relu(x @ w1 + b1)
    return ops.relu(ops.relu(x) + hidden @ w2 + b2)
