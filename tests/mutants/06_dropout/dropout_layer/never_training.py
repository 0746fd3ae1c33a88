"""Nothing is ever dropped, in training either: the flag does not arrive. `call` has to take
`training`, so that Keras can tell it, and hand it on.

loses: layer_scales_survivors, fit_drops_and_predict_does_not
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.training = False

    def call(self, x):
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, self.training)
