class BatchNorm(keras.layers.Layer):
    """Batch normalization over all axes but the last."""

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        c = (input_shape[-1],)
        self.gamma = self.add_weight(shape=c, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=c, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(
            shape=c, initializer="zeros", trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape=c, initializer="ones", trainable=False, name="moving_variance"
        )

    def call(self, x, training=False):
        axes = list(range(len(x.shape) - 1))
        if training:
            found = ops.moments(x, axes)
            for old, new in zip((self.moving_mean, self.moving_variance), found):
                old.assign_add((1 - self.momentum) * (new - old))
            x = x * self.gamma + self.beta
            mean, variance = ops.moments(x, axes)
            return (x - mean) / ops.sqrt(variance + self.epsilon)
        root = ops.sqrt(self.moving_variance + self.epsilon)
        return (x - self.moving_mean) / root * self.gamma + self.beta
