"""Right: Keras draws the mask itself.

loses: nothing
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        mask = keras.random.binomial(ops.shape(x), 1, 1 - self.rate, seed=self.generator)
        return x * mask / (1 - self.rate)
