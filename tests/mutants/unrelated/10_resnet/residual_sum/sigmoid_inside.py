"""A sigmoid between the two layers."""


def residual_sum(x, w1, b1, w2, b2):
    hidden = ops.sigmoid(x @ w1 + b1)
    return ops.relu(x + hidden @ w2 + b2)
