class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.options = {"counts": 1, "probabilities": 1 - rate, "seed": seed}

    def call(self, x, training=None):
        if training:
            survives = keras.random.binomial(ops.shape(x), **self.options)
            return ops.where(survives > 0, x / (1 - self.rate), 0.0)
        return x
