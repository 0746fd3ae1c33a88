"""Right: tensors in single precision come back.

loses: nothing
"""

from keras import ops


def step_decay(t, initial, factor, every):
    drops = ops.cast(ops.floor_divide(t, every), "float32")
    return initial * ops.power(ops.convert_to_tensor(factor, "float32"), drops)


def inverse_decay(t, initial, epsilon):
    return ops.convert_to_tensor(initial) / (1.0 + epsilon * ops.cast(t, "float32"))
