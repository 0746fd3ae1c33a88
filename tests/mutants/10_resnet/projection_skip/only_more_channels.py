"""A projection was made for more channels than before, and not for fewer: these do not fit either.

loses: new_channels_are_projected
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        if self.strides > 1 or input_shape[-1] < self.filters:
            self.conv = keras.layers.Conv2D(self.filters, 1, self.strides, use_bias=False)
            self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
