"""The first convolution has no stride."""


class ResidualBlock(keras.layers.Layer):
    """Convolution, norm, ReLU, convolution, norm beside a shortcut; sum; ReLU.

    filters: channels of both convolutions
    strides: of the first convolution
    shortcut: a layer for the other way, or None for the identity
    The checks look for the attributes conv1, norm1, conv2, norm2.
    """

    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        self.conv1 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm2 = keras.layers.BatchNormalization()

    def branch(self, x, training=False):
        """F(x): (batch, h, w, c) -> (batch, h / strides, w / strides, filters)."""
        x = ops.relu(self.norm1(self.conv1(x), training=training))
        return self.norm2(self.conv2(x), training=training)

    def call(self, x, training=False):
        """relu(s(x) + F(x)), of the shape of F(x)."""
        short = x if self.shortcut is None else self.shortcut(x, training=training)
        return ops.relu(short + self.branch(x, training=training))
