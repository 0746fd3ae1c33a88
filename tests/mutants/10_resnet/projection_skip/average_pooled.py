"""The stride was made by a pooling before the convolution: that is a later variant. Here the 1x1
convolution has the stride itself.

loses: new_size_is_projected_too, nine_pixels_by_hand
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        if self.strides > 1 or input_shape[-1] != self.filters:
            self.pool = keras.layers.AveragePooling2D(self.strides, padding="same")
            self.conv = keras.layers.Conv2D(self.filters, 1, use_bias=False)
            self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        if self.conv is None:
            return x
        return self.norm(self.conv(self.pool(x)), training=training)
