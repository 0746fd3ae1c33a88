"""A tanh between the two convolutions."""


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        self.conv1 = keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        self.norm1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm2 = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        short = x if self.shortcut is None else self.shortcut(x, training=training)
        y = ops.tanh(self.norm1(self.conv1(x), training=training))
        return ops.relu(short + self.norm2(self.conv2(y), training=training))
