"""Draws a single mask when the layer is built, and uses it for ever."""


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        self.u = keras.random.uniform(input_shape[1:], seed=self.seed_generator)

    def call(self, x, training=False):
        return inverted_dropout(x, self.u, self.rate, training)
