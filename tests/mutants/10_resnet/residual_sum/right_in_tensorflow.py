"""Right: TensorFlow's own operations.

loses: nothing
"""

import tensorflow as tf


def residual_sum(x, w1, b1, w2, b2):
    hidden = tf.nn.relu(tf.linalg.matmul(x, w1) + b1)
    return tf.nn.relu(tf.add_n([x, tf.linalg.matmul(hidden, w2) + b2]))
