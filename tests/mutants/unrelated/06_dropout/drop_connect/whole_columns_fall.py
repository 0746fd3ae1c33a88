"""The first row of u decides for all weights of a unit; its bias stays."""


def drop_connect(x, kernel, bias, u, rate):
    columns = (u[:1] >= rate) / (1 - rate)  # (1, units)
    return x @ (kernel * columns) + bias
