"""All averages at once, as a product with the matrix of weights, with TensorFlow.

loses: nothing
"""

import tensorflow as tf


def exponential_average(values, beta):
    values = tf.convert_to_tensor(values, tf.float64)
    ages = tf.range(tf.size(values))[:, None] - tf.range(tf.size(values))[None, :]
    weights = tf.linalg.band_part(tf.cast(beta, tf.float64) ** tf.cast(ages, tf.float64), -1, 0)
    return tf.linalg.matvec(weights, values) / tf.reduce_sum(weights, axis=1)
