"""Right: TensorFlow only.

loses: nothing
"""

import tensorflow as tf


def vanilla_dropout(x, u, rate, training):
    x = tf.convert_to_tensor(x)
    if not training:
        return tf.cast(1 - rate, x.dtype) * x
    return x * tf.cast(tf.greater_equal(u, rate), x.dtype)
