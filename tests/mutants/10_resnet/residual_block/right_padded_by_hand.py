"""Right: zeros around the picture, and convolutions without padding.

loses: nothing
"""


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        self.pad = keras.layers.ZeroPadding2D(1)
        self.conv1 = keras.layers.Conv2D(filters, 3, strides, use_bias=False)
        self.norm1 = keras.layers.BatchNormalization(epsilon=1e-5, momentum=0.9)
        self.conv2 = keras.layers.Conv2D(filters, 3, use_bias=False)
        self.norm2 = keras.layers.BatchNormalization(epsilon=1e-5, momentum=0.9)

    def branch(self, x, training=None):
        x = ops.relu(self.norm1(self.conv1(self.pad(x)), training=training))
        return self.norm2(self.conv2(self.pad(x)), training=training)

    def call(self, x, training=False):
        short = x if self.shortcut is None else self.shortcut(x, training=training)
        return ops.relu(short + self.branch(x, training=training))
