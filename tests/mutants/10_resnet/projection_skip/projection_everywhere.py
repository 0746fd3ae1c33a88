"""There is a projection where the shape stays, too; x itself can be added there, at no cost.

loses: identity_where_nothing_changes, identity_has_no_weights
"""


class ProjectionSkip(keras.layers.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv = None
        self.conv = keras.layers.Conv2D(self.filters, 1, self.strides, use_bias=False)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
