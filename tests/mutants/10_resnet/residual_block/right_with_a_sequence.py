"""Right: the branch as a Sequential model.

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
        parts = [self.conv1, self.norm1, keras.layers.ReLU(), self.conv2, self.norm2]
        self.sequence = keras.Sequential(parts)

    def branch(self, x, training=False):
        return self.sequence(x, training=training)

    def call(self, x, training=False):
        short = self.shortcut or keras.layers.Identity()
        return keras.activations.relu(short(x) + self.branch(x, training=training))
