import tensorflow as tf


def drop_connect(x, kernel, bias, u, rate):
    dropped = tf.cast(u < rate, tf.float32)
    y = tf.nn.bias_add(tf.matmul(x, kernel - kernel * dropped), bias)
    return y / tf.cast(1 - rate, tf.float32)
