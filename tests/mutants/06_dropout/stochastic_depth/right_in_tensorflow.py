"""Right: TensorFlow, the samples moved to the last axis for the mask.

loses: nothing
"""

import tensorflow as tf


def stochastic_depth(x, branch, u, rate, training):
    if not training:
        return x + branch * tf.cast(1 - rate, tf.float32)
    kept = tf.cast(u >= rate, tf.float32)
    return x + tf.transpose(tf.transpose(branch) * kept)


def depth_rates(blocks, last):
    return last * tf.range(1, blocks + 1, dtype=tf.float32) / blocks
