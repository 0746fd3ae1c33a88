class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        common = {"padding": "same", "use_bias": False}
        self.conv1 = keras.layers.Conv2D(filters, (3, 3), strides=(strides, strides), **common)
        self.norm1 = keras.layers.BatchNormalization(axis=-1)
        self.conv2 = keras.layers.Conv2D(filters, (3, 3), **common)
        self.norm2 = keras.layers.BatchNormalization(axis=-1)
        self.relu1, self.relu2 = keras.layers.ReLU(), keras.layers.ReLU()
        self.add = keras.layers.Add()

    def branch(self, x, training=False):
        x = self.conv1(x)
        x = self.norm1(x, training=training)
        x = self.relu1(x)
        x = self.conv2(x)
        return self.norm2(x, training=training)

    def call(self, x, training=False):
        total = self.branch(x, training=training)
        if self.shortcut is not None:
            x = self.shortcut(x, training=False)
        return self.relu2(self.add([x, total]))
