"""Right: keras.ops throughout.

loses: nothing
"""


def inverted_dropout(x, u, rate, training):
    x = ops.convert_to_tensor(x)
    if not training:
        return x
    mask = ops.cast(ops.greater_equal(u, rate), x.dtype)
    return ops.divide(ops.multiply(x, mask), 1 - rate)
