"""The uniforms have one number for each channel, not for each unit: whole channels fall.

loses: every_unit_has_its_own_mask
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        shape = [ops.shape(x)[0]] + [1] * (len(x.shape) - 2) + [x.shape[-1]]
        u = keras.random.uniform(shape, seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, training)
