"""The variance was taken as mean(x^2) - mean(x)^2: far from zero, that difference of two huge
numbers loses all its digits.

loses: a_large_mean_costs_no_digits
"""


def standardize(x, axes, epsilon):
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(x), axis=axes, keepdims=True) - ops.square(mean)
    return (x - mean) / ops.sqrt(ops.maximum(variance, 0) + epsilon)
