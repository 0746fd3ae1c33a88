"""The moving mean and variance were counted too; of a norm's four numbers for each channel, two are
trained.

loses: block_of_one_shape_by_hand, published_counts_are_met
"""


def block_parameters(channels, filters, strides):
    count = 9 * channels * filters + 9 * filters * filters + 8 * filters
    if strides > 1 or channels != filters:
        count += channels * filters + 4 * filters
    return count


def resnet_parameters(n, widths, classes):
    count = 9 * 3 * widths[0] + 4 * widths[0]
    channels = widths[0]
    for stage, filters in enumerate(widths):
        for i in range(n):
            strides = 2 if stage > 0 and i == 0 else 1
            count += block_parameters(channels, filters, strides)
            channels = filters
    return count + channels * classes + classes
