"""The zeros were written into the kernel itself: these weights are lost for all later steps.

loses: kernel_is_left_alone
"""


def drop_connect(x, kernel, bias, u, rate):
    kernel[u < rate] = 0
    return x @ kernel / (1 - rate) + bias
