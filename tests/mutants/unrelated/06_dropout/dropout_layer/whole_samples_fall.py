"""Draws one number a sample: all units of a sample fall together."""


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        shape = [ops.shape(x)[0]] + [1] * (len(x.shape) - 1)
        u = keras.random.uniform(shape, seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, training)
