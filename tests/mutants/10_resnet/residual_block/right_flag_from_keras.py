"""Right: the norms are not given the flag, and Keras hands it on from the block's own call.

loses: nothing
"""


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        self.conv1 = keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        self.norm1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm2 = keras.layers.BatchNormalization()

    def branch(self, x, training=False):
        return self.norm2(self.conv2(ops.relu(self.norm1(self.conv1(x)))))

    def call(self, x, training=False):
        short = self.shortcut(x) if self.shortcut is not None else x
        return ops.relu(self.branch(x) + short)
