"""Right: as a matrix (weights, units), and by cases.

loses: nothing
"""


def max_norm(w, max_value):
    flat = ops.reshape(w, [-1, w.shape[-1]])
    squares = ops.sum(flat * flat, axis=0)
    outside = squares > max_value**2
    factor = ops.where(outside, max_value * ops.rsqrt(ops.where(outside, squares, 1.0)), 1.0)
    return w * factor
