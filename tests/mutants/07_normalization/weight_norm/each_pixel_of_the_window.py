"""The length was taken for each pixel of the convolution's window; a unit has one length, over
window and inputs.

loses: each_unit_has_its_length
"""


def weight_norm(v, g):
    return g * v / ops.sqrt(ops.sum(ops.square(v), axis=-2, keepdims=True))
