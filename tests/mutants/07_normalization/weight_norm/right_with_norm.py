"""Right: Keras takes the norm of the flattened kernel.

loses: nothing
"""


def weight_norm(v, g):
    length = ops.norm(ops.reshape(v, (-1, v.shape[-1])), axis=0)
    return v * (g / length)
