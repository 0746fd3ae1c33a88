"""The lengths were taken over the first axis only, as Keras does unless told otherwise: a
convolution's filter has one length, over all axes but the last.

loses: filter_has_one_length
"""


def max_norm(w, max_value):
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=0, keepdims=True))
    return w * ops.minimum(1.0, max_value / ops.maximum(lengths, 1e-12))
