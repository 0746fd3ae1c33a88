import tensorflow as tf


def vanilla_dropout(x, u, rate, training):
    survival = 1.0 - rate
    if training:
        M = tf.where(u < rate, 0.0, 1.0 / survival)
        return tf.cast(x, tf.float32) * tf.cast(M, tf.float32)
    return tf.cast(x, tf.float32) * survival
