"""Applies the dropout twice, with two masks, in each call."""


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        for _ in range(2):
            u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
            x = inverted_dropout(x, u, self.rate, training)
        return x
