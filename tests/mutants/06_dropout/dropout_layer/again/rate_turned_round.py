import tensorflow as tf


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.keep_probability = 1 - rate
        self.generator = tf.random.Generator.from_seed(seed or 0)

    def call(self, x, training=False):
        if not training:
            return x
        survives = self.generator.uniform(tf.shape(x)) >= self.keep_probability
        grown = x / (1 - self.keep_probability)
        return grown * tf.cast(survives, x.dtype)
