"""A step here, or in your `standardize` or `batch_norm_in_test`, needs numbers, as NumPy does;
inside a model x is a symbol, and only `ops` can work with it.

loses: fit_moves_the_averages, gradient_sees_the_statistics
"""


def standardize(x, axes, epsilon):
    mean = np.mean(x, axis=tuple(axes), keepdims=True)
    return (x - mean) / np.sqrt(np.var(x, axis=tuple(axes), keepdims=True) + epsilon)


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
        axes, m = list(range(len(x.shape) - 1)), self.momentum
        mean, variance = ops.mean(x, axis=axes), ops.var(x, axis=axes)
        self.moving_mean.assign(m * self.moving_mean + (1 - m) * mean)
        self.moving_variance.assign(m * self.moving_variance + (1 - m) * variance)
        return self.gamma * standardize(x, axes, self.epsilon) + self.beta
