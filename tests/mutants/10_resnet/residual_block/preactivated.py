"""Norm and ReLU stand before each convolution: that is the later, pre-activated block. Here they
stand behind it.

loses: branch_and_input_are_added, training_takes_the_batch
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
        x = self.conv1(ops.relu(self.norm1(x, training=training)))
        return self.conv2(ops.relu(self.norm2(x, training=training)))

    def call(self, x, training=False):
        short = x if self.shortcut is None else self.shortcut(x, training=training)
        return ops.relu(short + self.branch(x, training=training))
