def block_parameters(channels, filters, strides):
    def convolution(size, before, after):
        return size * size * before * after

    norm = 2 * filters
    total = convolution(3, channels, filters) + norm + convolution(3, filters, filters) + norm
    same = channels == filters and strides == 1
    return total if same else total + convolution(1, channels, filters) + norm


def resnet_parameters(n, widths, classes):
    total = (3 * 3 * 3 + 2) * widths[0]
    before, strides = widths[0], 1
    for stage in (0, 1, 2):
        total += block_parameters(before, widths[stage], strides)
        total += (n - 1) * block_parameters(widths[stage], widths[stage], 1)
        before, strides = widths[stage], 2
    return total + (widths[2] + 1) * classes
