"""The flag was not handed on: `predict` drops units too.

loses: layer_is_identity_in_test, fit_drops_and_predict_does_not
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x):
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, True)
