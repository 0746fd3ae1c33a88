"""Right: the shapes of all arrays, and the products of their sizes.

loses: nothing
"""


def sizes(shapes):
    return sum(int(np.prod(shape)) for shape in shapes)


def block_parameters(channels, filters, strides):
    shapes = [(3, 3, channels, filters), (3, 3, filters, filters), (4, filters)]
    if (channels, strides) != (filters, 1):
        shapes += [(1, 1, channels, filters), (2, filters)]
    return sizes(shapes)


def resnet_parameters(n, widths, classes):
    rest = sizes([(3, 3, 3, widths[0]), (2, widths[0]), (widths[-1] + 1, classes)])
    changes = sum(block_parameters(a, b, 2) for a, b in zip(widths[:-1], widths[1:]))
    kept = [n, *(n - 1 for _ in widths[1:])]
    return rest + changes + sum(k * block_parameters(w, w, 1) for k, w in zip(kept, widths))
