"""The stem's convolution has a bias, which the norm behind it takes away again.

loses: rest_of_the_net_is_small
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same")(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n):
            x = block(filters, 2 if stage > 0 and i == 0 else 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
