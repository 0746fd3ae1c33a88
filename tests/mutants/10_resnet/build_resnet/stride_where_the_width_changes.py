"""The stride went where the width changes; the first block of each later stage has it, also where the
width stays.

loses: blocks_come_in_order
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    channels = widths[0]
    for filters in widths:
        for _ in range(n):
            x = block(filters, 2 if filters != channels else 1)(x)
            channels = filters
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
