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
        mean, variance = ops.convert_to_tensor(self.moving_mean), ops.convert_to_tensor(self.moving_variance)
        if training:
            mean, variance = ops.moments(x, list(range(len(x.shape) - 1)))
            for old, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
                old.assign_add((1 - self.momentum) * (new - old))
            x = np.asarray(x)
            axes = tuple(range(x.ndim - 1))
            x_hat = (x - x.mean(axis=axes)) / np.sqrt(x.var(axis=axes) + self.epsilon)
            return self.gamma * x_hat + self.beta
        return self.gamma * (x - mean) * ops.rsqrt(variance + self.epsilon) + self.beta
