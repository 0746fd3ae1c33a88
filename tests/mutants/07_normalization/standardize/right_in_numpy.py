"""Right: NumPy in double precision.

loses: nothing
"""


def standardize(x, axes, epsilon):
    deviation = x - x.mean(axis=tuple(axes), keepdims=True)
    return deviation / np.sqrt((deviation**2).mean(axis=tuple(axes), keepdims=True) + epsilon)
