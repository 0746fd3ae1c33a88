"""x is multiplied by F(x) instead of added."""


def residual_sum(x, w1, b1, w2, b2):
    hidden = ops.relu(x @ w1 + b1)
    return ops.relu(x * (hidden @ w2 + b2))
