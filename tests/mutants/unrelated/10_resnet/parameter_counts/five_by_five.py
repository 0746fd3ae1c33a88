"""Kernels of five by five, and only blocks that keep their shape."""


def block_parameters(channels, filters, strides):
    count = 25 * channels * filters + 25 * filters * filters + 4 * filters
    if strides > 1 or channels != filters:
        count += channels * filters + 2 * filters
    return count


def resnet_parameters(n, widths, classes):
    return n * sum(block_parameters(w, w, 1) for w in widths) + classes
