"""Right: TensorFlow's ReLU, and the flag left to Keras, which hands it on.

loses: nothing
"""

import tensorflow as tf


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        self.conv1 = keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        self.norm1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm2 = keras.layers.BatchNormalization()

    def branch(self, x, training=None):
        return self.norm2(self.conv2(tf.nn.relu(self.norm1(self.conv1(x)))))

    def call(self, x):
        short = self.shortcut(x) if self.shortcut else x
        return tf.nn.relu(tf.add(short, self.branch(x)))
