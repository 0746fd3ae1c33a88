def drop_connect(x, kernel, bias, u, rate):
    rows = ops.cast(u[:, :1] >= rate, "float32") / (1 - rate)  # (inputs, 1)
    return ops.add(ops.matmul(x, kernel * rows), bias)
