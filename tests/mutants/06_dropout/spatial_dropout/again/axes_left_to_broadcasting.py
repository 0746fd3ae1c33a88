import tensorflow as tf


def spatial_dropout(x, u, rate):
    x = tf.convert_to_tensor(x)
    mask = tf.cast(tf.logical_not(u < rate), x.dtype)
    return x * mask / (1.0 - rate)
