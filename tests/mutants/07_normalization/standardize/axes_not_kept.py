"""The moments lost their reduced axes (`keepdims=True` is missing), so that they met the wrong axis
of x.

loses: any_axes_will_do
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes)
    variance = ops.var(x, axis=axes)
    return (x - mean) / ops.sqrt(variance + epsilon)
