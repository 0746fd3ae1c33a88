"""Right: padding "same" changes nothing for a size of 1, and the epsilon is PyTorch's.

loses: nothing
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        same = self.strides == 1 and input_shape[-1] == self.filters
        if not same:
            self.conv = keras.layers.Conv2D(
                self.filters, (1, 1), self.strides, padding="same", use_bias=False
            )
            self.norm = keras.layers.BatchNormalization(epsilon=1e-5)

    def call(self, x, training=False):
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
