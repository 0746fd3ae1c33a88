"""Right: a TensorFlow generator keeps the state.

loses: nothing
"""

import tensorflow as tf


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = tf.random.Generator.from_seed(seed)

    def call(self, x, training=False):
        if not training:
            return x
        u = self.generator.uniform(tf.shape(x))
        return tf.where(u >= self.rate, x / (1 - self.rate), tf.zeros_like(x))
