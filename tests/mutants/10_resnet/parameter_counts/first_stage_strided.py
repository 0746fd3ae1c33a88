"""The first stage was given a stride, and with it a projection; its blocks keep the shape.

loses: one_channel_throughout_by_hand, published_counts_are_met
"""


def block_parameters(channels, filters, strides):
    count = 9 * channels * filters + 9 * filters * filters + 4 * filters
    if strides > 1 or channels != filters:
        count += channels * filters + 2 * filters
    return count


def resnet_parameters(n, widths, classes):
    count = 9 * 3 * widths[0] + 2 * widths[0]
    channels = widths[0]
    for stage, filters in enumerate(widths):
        for i in range(n):
            strides = 2 if i == 0 else 1
            count += block_parameters(channels, filters, strides)
            channels = filters
    return count + channels * classes + classes
