def max_norm(w, max_value):
    squares = sum(row * row for row in ops.unstack(w, axis=0))
    too_long = squares > max_value**2
    return ops.where(too_long, w * max_value / ops.sqrt(ops.where(too_long, squares, 1.0)), w)
