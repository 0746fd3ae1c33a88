import tensorflow as tf


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    keep = 1 - rate
    M = tf.cast(tf.greater_equal(u, rate), tf.float32) * keep
    return tf.cast(x, tf.float32) * M
