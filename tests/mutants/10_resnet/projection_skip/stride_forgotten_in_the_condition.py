"""Only the channels were compared: a block of stride 2 that keeps its channels needs a projection
too.

loses: new_size_is_projected_too
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        if input_shape[-1] != self.filters:
            self.conv = keras.layers.Conv2D(self.filters, 1, self.strides, use_bias=False)
            self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
