"""Every stride above 1 was taken for a 2; the first convolution has the stride that the block was
given.

loses: shortcut_and_stride_are_used
"""


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        step = 2 if strides > 1 else 1
        self.conv1 = keras.layers.Conv2D(filters, 3, step, padding="same", use_bias=False)
        self.norm1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm2 = keras.layers.BatchNormalization()

    def branch(self, x, training=False):
        x = ops.relu(self.norm1(self.conv1(x), training=training))
        return self.norm2(self.conv2(x), training=training)

    def call(self, x, training=False):
        short = x if self.shortcut is None else self.shortcut(x, training=training)
        return ops.relu(short + self.branch(x, training=training))
