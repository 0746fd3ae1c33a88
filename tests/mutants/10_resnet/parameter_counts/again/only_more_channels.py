def block_parameters(channels, filters, strides):
    def convolution(size, before, after):
        return size * size * before * after

    norm = 2 * filters
    total = convolution(3, channels, filters) + norm + convolution(3, filters, filters) + norm
    same = channels >= filters and strides == 1
    return total if same else total + convolution(1, channels, filters) + norm


def resnet_parameters(n, widths, classes):
    total = (3 * 3 * 3 + 2) * widths[0]
    for before, width in zip((None, *widths), widths):
        if before is None:
            total += n * block_parameters(width, width, 1)
        else:
            total += block_parameters(before, width, 2)
            total += (n - 1) * block_parameters(width, width, 1)
    return total + (widths[-1] + 1) * classes
