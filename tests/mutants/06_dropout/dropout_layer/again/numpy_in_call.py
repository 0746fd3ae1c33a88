class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.rng = np.random.RandomState(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        mask = self.rng.binomial(1, 1 - self.rate, size=tuple(inputs.shape))
        return inputs * mask.astype("float32") / (1 - self.rate)
