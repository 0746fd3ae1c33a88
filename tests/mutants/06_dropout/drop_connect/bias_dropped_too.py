"""The bias was dropped with the weights; it is not part of the kernel.

loses: bias_is_never_dropped
"""


def drop_connect(x, kernel, bias, u, rate):
    mask = (u >= rate) / (1 - rate)
    return x @ (kernel * mask) + bias * mask[0]
