"""A projection everywhere, and twice as large."""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = keras.layers.Conv2D(self.filters, 1, self.strides, use_bias=False)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        return 2 * self.norm(self.conv(x), training=training)
