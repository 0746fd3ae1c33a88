"""Right: with TensorFlow, and the logarithm of the sum of powers.

loses: nothing
"""


def smooth_labels(labels, classes, share):
    import tensorflow as tf

    return tf.one_hot(labels, classes, 1 - share + share / classes, share / classes)


def smoothed_cross_entropy(labels, logits, share):
    import tensorflow as tf

    logits = tf.convert_to_tensor(logits)
    targets = smooth_labels(labels, logits.shape[1], share)
    return tf.reduce_logsumexp(logits, axis=1) - tf.reduce_sum(targets * logits, axis=1)
