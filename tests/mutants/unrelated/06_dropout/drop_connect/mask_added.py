"""Adds the mask to the kernel instead of multiplying by it."""


def drop_connect(x, kernel, bias, u, rate):
    mask = (u >= rate) / (1 - rate)
    return x @ (kernel + mask) + bias
