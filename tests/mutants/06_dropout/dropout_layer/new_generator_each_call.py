"""Every call begins again at the seed, and so with the same mask: make one generator, in `__init__`,
and keep it.

loses: every_call_has_its_own_mask, fit_drops_and_predict_does_not
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def call(self, x, training=False):
        generator = keras.random.SeedGenerator(self.seed)
        u = keras.random.uniform(ops.shape(x), seed=generator)
        return inverted_dropout(x, u, self.rate, training)
