"""Right: TensorFlow's transpositions.

loses: nothing
"""

import tensorflow as tf


def spatial_dropout(x, u, rate):
    x = tf.transpose(tf.convert_to_tensor(x), [1, 2, 0, 3])  # (h, w, batch, c)
    y = tf.where(u >= rate, x / (1 - rate), 0.0)
    return tf.transpose(y, [2, 0, 1, 3])
