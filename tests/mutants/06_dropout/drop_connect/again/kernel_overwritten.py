def drop_connect(x, kernel, bias, u, rate):
    M = (u >= rate).astype(kernel.dtype)
    kernel *= M
    kernel /= 1 - rate
    return ops.matmul(x, kernel) + bias
