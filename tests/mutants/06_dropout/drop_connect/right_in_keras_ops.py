"""Right: keras.ops throughout.

loses: nothing
"""


def drop_connect(x, kernel, bias, u, rate):
    mask = ops.cast(u >= rate, "float32") / (1 - rate)
    return ops.add(ops.matmul(x, ops.multiply(kernel, mask)), bias)
