"""Right: with keras.ops, the sign by comparing.

loses: nothing
"""


def l1_penalty(w, factor):
    w = ops.convert_to_tensor(w)
    sign = ops.cast(w > 0, "float32") - ops.cast(w < 0, "float32")
    return factor * ops.sum(w * sign), factor * sign
