class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.keep = 1 - rate
        self.state = keras.random.SeedGenerator(seed)

    def call(self, x, training=None):
        if training is None:
            training = True
        if not training:
            return x
        mask = keras.random.binomial(ops.shape(x), 1, self.keep, seed=self.state)
        return x * ops.cast(mask, x.dtype) / self.keep
