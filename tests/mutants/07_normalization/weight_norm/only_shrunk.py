"""Units shorter than g were left as they are, as a max-norm does; every unit gets the length g.

loses: the_length_of_v_plays_no_part, one_input_leaves_the_sign
"""


def weight_norm(v, g):
    axes = list(range(len(v.shape) - 1))
    length = ops.sqrt(ops.sum(ops.square(v), axis=axes))
    return v * ops.minimum(1.0, g / length)
