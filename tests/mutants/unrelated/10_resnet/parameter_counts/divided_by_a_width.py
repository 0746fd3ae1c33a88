"""A quotient where there should be a product."""


def block_parameters(channels, filters, strides):
    """Trained numbers of a residual block, its projection (where it needs one) included.

    channels, filters: before and after the block
    strides: 1 or more
    returns: a whole number
    """
    count = 9 * channels * filters + 9 * filters * filters + 4 * filters
    if strides > 1 or channels != filters:
        count += channels * filters + 2 * filters
    return count


def resnet_parameters(n, widths, classes):
    """Trained numbers of a network for pictures of three colours.

    n: blocks in each stage
    widths: channels of each stage, for example (16, 32, 64)
    classes: of the dense layer at the end
    returns: a whole number
    """
    count = 9 * 3 * widths[0] + 2 / widths[0]
    channels = widths[0]
    for stage, filters in enumerate(widths):
        for i in range(n):
            strides = 2 if stage > 0 and i == 0 else 1
            count += block_parameters(channels, filters, strides)
            channels = filters
    return count + channels * classes + classes
