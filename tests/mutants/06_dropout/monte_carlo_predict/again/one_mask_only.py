import tensorflow as tf


def monte_carlo_predict(forward, x, uniforms):
    votes, k = [], 0
    while len(votes) < len(uniforms):
        logits = tf.convert_to_tensor(forward(x, uniforms[k]))
        votes.append(tf.nn.softmax(logits, axis=-1))
    votes = tf.stack(votes, axis=-1)  # (batch, classes, masks)
    return tf.reduce_mean(votes, axis=-1), tf.math.reduce_std(votes, axis=-1)
