"""The widths were doubled from stage to stage; they are given, and need not double.

loses: blocks_come_in_order
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage in range(len(widths)):
        for i in range(n):
            filters = widths[0] * 2**stage
            x = block(filters, 2 if stage > 0 and i == 0 else 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
