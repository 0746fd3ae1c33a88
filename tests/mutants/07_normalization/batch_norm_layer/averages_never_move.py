"""The moving averages were never updated: in test the network standardizes by mean 0 and variance
1.

loses: one_step_by_hand, fit_moves_the_averages
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
        if training:
            axes = list(range(len(x.shape) - 1))
            return self.gamma * standardize(x, axes, self.epsilon) + self.beta
        return batch_norm_in_test(
            x, self.moving_mean, self.moving_variance, self.gamma, self.beta, self.epsilon
        )
