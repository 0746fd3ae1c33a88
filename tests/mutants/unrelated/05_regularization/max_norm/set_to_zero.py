"""Sets the neurons that are too long to zero."""


def max_norm(w, max_value):
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return ops.where(lengths > max_value, 0.0, w)
