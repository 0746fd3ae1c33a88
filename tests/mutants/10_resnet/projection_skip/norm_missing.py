"""The projection has no norm behind its convolution.

loses: new_channels_are_projected, projection_takes_the_batch_in_training, projection_has_no_bias
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        if self.strides > 1 or input_shape[-1] != self.filters:
            self.conv = keras.layers.Conv2D(self.filters, 1, self.strides, use_bias=False)

    def call(self, x, training=False):
        return x if self.conv is None else self.conv(x)
