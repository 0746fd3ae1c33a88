"""NumPy works in `call`, where `fit` has no numbers yet: it either fails there or keeps one mask for
ever. Take `keras.random` and `ops`.

loses: fit_drops_and_predict_does_not
"""


class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws its own masks."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.random = np.random.default_rng(seed)

    def call(self, x, training=False):
        u = self.random.uniform(size=x.shape)
        return inverted_dropout(x, u, self.rate, training)
