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
        over = tuple(range(len(x.shape) - 1))
        if training:
            for old, new in (
                (self.moving_mean, np.asarray(x).mean(axis=over)),
                (self.moving_variance, np.asarray(x).var(axis=over)),
            ):
                old.assign_add((1 - self.momentum) * (new - old))
            mean, variance = ops.moments(x, over)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return self.gamma * (x - mean) * ops.rsqrt(variance + self.epsilon) + self.beta
