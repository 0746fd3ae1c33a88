"""Right: TensorFlow only.

loses: nothing
"""

import tensorflow as tf


def monte_carlo_predict(forward, x, uniforms):
    each = tf.nn.softmax(tf.stack([tf.convert_to_tensor(forward(x, u)) for u in uniforms]))
    return [tf.reduce_mean(each, axis=0), tf.math.reduce_std(each, axis=0)]
