import tensorflow as tf


def vanilla_dropout(x, u, rate, training):
    mask = tf.cast(tf.math.logical_not(tf.less(u, rate)), tf.float32)
    return tf.multiply(tf.cast(x, tf.float32), mask)
