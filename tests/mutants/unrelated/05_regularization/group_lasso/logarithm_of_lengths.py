"""Takes the logarithms of the lengths."""


def group_lasso(w, factor):
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=0) + 1e-12)
    return factor * ops.sum(ops.log(1 + lengths))
