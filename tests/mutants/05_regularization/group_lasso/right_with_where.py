"""Right: the root is kept away from zero by ops.where on both sides of it.

loses: nothing
"""


def group_lasso(w, factor):
    squares = ops.sum(ops.square(w), axis=0)
    positive = squares > 0
    safe = ops.where(positive, squares, 1.0)
    return factor * ops.sum(ops.where(positive, ops.sqrt(safe), 0.0))
