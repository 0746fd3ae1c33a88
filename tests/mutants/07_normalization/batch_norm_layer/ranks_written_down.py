"""The axes are written down for inputs of two and of four axes; read their number from x.

loses: averages_move_at_every_call
"""


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
        if not training:
            return batch_norm_in_test(
                x, self.moving_mean, self.moving_variance, self.gamma, self.beta, self.epsilon
            )
        axes, m = [0] if len(x.shape) == 2 else [0, 1, 2], self.momentum
        mean, variance = ops.mean(x, axis=axes), ops.var(x, axis=axes)
        self.moving_mean.assign(m * self.moving_mean + (1 - m) * mean)
        self.moving_variance.assign(m * self.moving_variance + (1 - m) * variance)
        return self.gamma * standardize(x, axes, self.epsilon) + self.beta
