"""Right: Keras takes both moments at once.

loses: nothing
"""


def standardize(x, axes, epsilon):
    mean, variance = ops.moments(ops.convert_to_tensor(x), axes, keepdims=True)
    return (x - mean) * ops.rsqrt(variance + epsilon)
