import tensorflow as tf


def drop_connect(x, kernel, bias, u, rate):
    out = tf.linalg.matmul(x, kernel) + bias
    mask = tf.cast(u[0] >= rate, out.dtype)  # (units,)
    return out * mask / (1 - rate)
