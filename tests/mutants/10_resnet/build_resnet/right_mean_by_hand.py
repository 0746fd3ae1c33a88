"""Right: the mean with ops, and the loop over all blocks at once.

loses: nothing
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    stem = keras.layers.Conv2D(widths[0], 3, strides=1, padding="same", use_bias=False)
    x = keras.layers.Activation("relu")(keras.layers.BatchNormalization(epsilon=1e-5)(stem(inputs)))
    for place in range(n * len(widths)):
        stage, i = divmod(place, n)
        strides = 2 if i == 0 and stage else 1
        x = block(filters=widths[stage], strides=strides)(x)
    logits = keras.layers.Dense(classes, activation="linear")
    return keras.Model(inputs, logits(ops.mean(x, axis=(1, 2))))
