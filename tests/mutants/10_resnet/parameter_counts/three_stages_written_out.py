"""Three stages were written out one by one; there are as many as `widths` has entries.

loses: any_widths_are_counted
"""


def block_parameters(channels, filters, strides):
    count = 9 * channels * filters + 9 * filters * filters + 4 * filters
    if strides > 1 or channels != filters:
        count += channels * filters + 2 * filters
    return count


def resnet_parameters(n, widths, classes):
    a, b, c = widths
    count = 9 * 3 * a + 2 * a + n * block_parameters(a, a, 1)
    count += block_parameters(a, b, 2) + (n - 1) * block_parameters(b, b, 1)
    count += block_parameters(b, c, 2) + (n - 1) * block_parameters(c, c, 1)
    return count + c * classes + classes
