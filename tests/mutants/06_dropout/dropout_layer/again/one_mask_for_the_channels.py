class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.source = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        sizes = ops.shape(x)
        mask = keras.random.binomial((sizes[0], sizes[-1]), 1, 1 - self.rate, seed=self.source)
        while len(mask.shape) < len(sizes):
            mask = ops.expand_dims(mask, axis=1)
        return x * mask / (1 - self.rate)
