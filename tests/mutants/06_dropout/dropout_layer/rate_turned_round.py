"""The layer hands 1 - rate to a function that already takes the probability of dropping.

loses: layer_scales_survivors, units_fall_at_the_rate
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, 1 - self.rate, training)
