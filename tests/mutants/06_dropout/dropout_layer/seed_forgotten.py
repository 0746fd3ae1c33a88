"""The seed was not handed to the seed generator: no run can be repeated.

loses: seed_repeats_the_masks
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, training)
