import tensorflow as tf


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = tf.random.Generator.from_seed(seed or 0)

    def call(self, x, is_training=False):
        if not is_training:
            return x
        mask = tf.cast(self.generator.uniform(tf.shape(x)) >= self.rate, x.dtype)
        return x * mask / (1 - self.rate)
