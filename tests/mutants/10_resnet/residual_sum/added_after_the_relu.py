"""F went through the last ReLU before the sum: the block can only add to x, never take away. The
ReLU belongs behind the sum.

loses: negative_branch_takes_away, nothing_negative_comes_out
"""


def residual_sum(x, w1, b1, w2, b2):
    hidden = ops.relu(x @ w1 + b1)
    return x + ops.relu(hidden @ w2 + b2)
