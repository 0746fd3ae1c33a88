import tensorflow as tf


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = tf.random.Generator.from_seed(seed or 0)

    def call(self, x, training=False):
        if not training:
            return x
        units = tf.shape(x)[1:]
        mask = self.generator.binomial(units, counts=1.0, probs=1 - self.rate)
        return x * tf.cast(mask, x.dtype)[None] / (1 - self.rate)
