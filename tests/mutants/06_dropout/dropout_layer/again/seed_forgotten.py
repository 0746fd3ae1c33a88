import tensorflow as tf


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def call(self, inputs, training=False):
        if not training:
            return inputs
        scaled_mask = tf.cast(tf.random.uniform(tf.shape(inputs)) >= self.rate, tf.float32)
        scaled_mask /= 1 - self.rate
        return inputs * scaled_mask
