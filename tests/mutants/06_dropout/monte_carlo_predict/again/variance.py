import tensorflow as tf


def monte_carlo_predict(forward, x, uniforms):
    p = tf.stack([tf.nn.softmax(tf.convert_to_tensor(forward(x, u))) for u in uniforms])
    mean = tf.reduce_sum(p, axis=0) / len(uniforms)
    spread = tf.reduce_sum(tf.math.squared_difference(p, mean), axis=0) / len(uniforms)
    return mean, spread
