import tensorflow as tf


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.random = tf.random.Generator.from_seed(seed or 0)

    def call(self, inputs, training=None):
        numbers = self.random.uniform(tf.shape(inputs))
        falls = tf.less(numbers, self.rate)
        return tf.where(falls, tf.zeros_like(inputs), inputs / (1 - self.rate))
