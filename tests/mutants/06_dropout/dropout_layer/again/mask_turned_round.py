class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = keras.random.SeedGenerator(seed)
        self.scale = 1 / (1 - rate)

    def call(self, x, training=False):
        if training:
            mask = keras.random.binomial(ops.shape(x), 1, self.rate, seed=self.generator)
            x = x * mask * self.scale
        return x
