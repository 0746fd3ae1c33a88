"""The axes given were kept and the others reduced; `axes` names those that are reduced.

loses: axes_are_reduced
"""


def standardize(x, axes, epsilon):
    others = [a for a in range(len(x.shape)) if a not in axes]
    mean = ops.mean(x, axis=others, keepdims=True)
    variance = ops.var(x, axis=others, keepdims=True)
    return (x - mean) / ops.sqrt(variance + epsilon)
