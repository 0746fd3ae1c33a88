"""A projection was counted for more channels than before, and not for fewer: these need one too.

loses: either_change_needs_a_projection
"""


def block_parameters(channels, filters, strides):
    count = 9 * channels * filters + 9 * filters * filters + 4 * filters
    if strides > 1 or channels < filters:
        count += channels * filters + 2 * filters
    return count


def resnet_parameters(n, widths, classes):
    count = 9 * 3 * widths[0] + 2 * widths[0]
    channels = widths[0]
    for stage, filters in enumerate(widths):
        for i in range(n):
            strides = 2 if stage > 0 and i == 0 else 1
            count += block_parameters(channels, filters, strides)
            channels = filters
    return count + channels * classes + classes
