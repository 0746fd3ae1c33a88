"""The mask keeps where u < rate and scales by 1 - rate: the wrong share of the units falls.

loses: units_fall_at_the_rate
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return ops.where(u < self.rate, x / (1 - self.rate), 0.0)
