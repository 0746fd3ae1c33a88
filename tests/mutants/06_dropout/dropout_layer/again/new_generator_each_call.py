def random_mask(shape, rate, seed):
    generator = keras.random.SeedGenerator(seed=seed)
    return keras.random.binomial(shape, counts=1, probabilities=1 - rate, seed=generator)


class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.first_seed = rate, seed

    def call(self, inputs, training=None):
        if not training:
            return inputs
        mask = random_mask(ops.shape(inputs), self.rate, self.first_seed)
        return ops.multiply(inputs, mask) / (1 - self.rate)
