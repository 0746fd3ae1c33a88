"""Draws normal numbers instead of uniform ones."""


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        u = keras.random.normal(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, training)
