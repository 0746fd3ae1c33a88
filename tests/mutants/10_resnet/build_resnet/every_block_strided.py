"""Every block of the later stages has stride 2; only the first block of a stage has.

loses: blocks_come_in_order
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n):
            x = block(filters, 2 if stage > 0 else 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
