def standardize(x, axes, epsilon):
    mean, variance = ops.moments(x, axes, keepdims=True)
    x[...] = (x - mean) / ops.sqrt(variance + epsilon)
    return x
