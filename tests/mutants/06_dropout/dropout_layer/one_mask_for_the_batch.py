"""The uniforms have the shape of one sample: the whole batch loses the same units.

loses: every_sample_has_its_own_mask
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        u = keras.random.uniform(x.shape[1:], seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, training)
