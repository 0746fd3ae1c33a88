"""Both the inputs and the weights are divided by 1 - rate."""


def drop_connect(x, kernel, bias, u, rate):
    kept = inverted_dropout(kernel, u, rate, True)
    return ops.matmul(x / (1 - rate), kept) + bias
