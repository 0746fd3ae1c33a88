"""Right: a subclass of Model, which makes its weights when it is first called.

loses: nothing
"""


def build_resnet(n, widths, block, input_shape, classes):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)
            self.norm = keras.layers.BatchNormalization()
            strides = [2 if s and not i else 1 for s in range(len(widths)) for i in range(n)]
            self.blocks = [block(w, s) for w, s in zip(np.repeat(widths, n), strides)]
            self.dense = keras.layers.Dense(classes)

        def call(self, x, training=False):
            x = ops.relu(self.norm(self.conv(x), training=training))
            for each in self.blocks:
                x = each(x)
            return self.dense(ops.mean(x, axis=(1, 2)))

    return Net()
