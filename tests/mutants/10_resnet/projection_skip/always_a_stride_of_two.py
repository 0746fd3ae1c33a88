"""Every stride above 1 was taken for a 2; the projection has the stride that the block was given.

loses: new_size_is_projected_too
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        if self.strides > 1 or input_shape[-1] != self.filters:
            strides = 2 if self.strides > 1 else 1
            self.conv = keras.layers.Conv2D(self.filters, 1, strides, use_bias=False)
            self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
