"""The moments were always taken over the first axis; `axes` says over which ones.

loses: axes_are_reduced, any_axes_will_do
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=0, keepdims=True)
    variance = ops.var(x, axis=0, keepdims=True)
    return (x - mean) / ops.sqrt(variance + epsilon)
